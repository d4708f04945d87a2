// Putting the app on the home screen or desktop.

import { signal } from "@preact/signals";

// Prompt is Chromium's offer to install, which a page may keep for later.
interface Prompt extends Event {
  prompt(): Promise<void>;
  userChoice: Promise<{ outcome: "accepted" | "dismissed" }>;
}

// Way is how this browser installs the app: by our button, from Safari's share
// menu, from a menu of its own, or not any more.
export type Way = "prompt" | "ios" | "manual" | "installed";

let offer: Prompt | undefined;

const asApp = matchMedia("(display-mode: standalone)");

const first = (): Way => (asApp.matches || navigator.standalone ? "installed" : "standalone" in navigator ? "ios" : "manual");

export const way = signal<Way>(first());

declare global {
  interface Navigator {
    readonly standalone?: boolean; // Safari's, on phones and tablets
  }
}

// The browser makes its offer when it likes, which may be before the page has
// drawn anything.
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event as Prompt;
  way.value = "prompt";
});

addEventListener("appinstalled", () => {
  offer = undefined;
  way.value = "installed";
});

// install shows the browser's question. An offer serves once.
export async function install(): Promise<void> {
  const mine = offer;
  offer = undefined;
  if (!mine) return;
  await mine.prompt();
  const { outcome } = await mine.userChoice;
  way.value = outcome === "accepted" ? "installed" : first();
}
