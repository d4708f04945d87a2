// Puts the chosen colours on the page before it is painted for the first time.
// The page waits for this file, which therefore imports nothing.

// A block, because a script that is no module shares its names with the page.
{
  let chosen: string | null = null;
  try {
    chosen = localStorage.getItem("theme"); // frame/theme.ts keeps it there
  } catch {
    // a browser that keeps nothing says more about that later
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}
