// The colour scheme that the person chose, on the page and on the browser's own
// frame around it.

import { effect } from "@preact/signals";
import { type Theme, theme } from "../state/settings";

// followTheme keeps both true.
export function followTheme(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  effect(() => {
    const root = document.documentElement;
    if (theme.value === "system") delete root.dataset.theme;
    else root.dataset.theme = theme.value;
    remember(theme.value);
    paintFrame();
  });
  dark.addEventListener("change", paintFrame);
}

// remember is for the next start, whose first paint cannot wait for the settings.
function remember(chosen: Theme): void {
  try {
    localStorage.setItem("theme", chosen);
  } catch {
    // then the next start begins in the system's colours
  }
}

function paintFrame(): void {
  const paper = getComputedStyle(document.body).backgroundColor;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    meta.removeAttribute("media");
    meta.content = paper;
  }
}
