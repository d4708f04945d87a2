// Buttons with data-copy put its text on the clipboard and say so, to the eye
// and to screen readers. One listener serves buttons that come later.
export function copyButtons(root = document) {
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    tell(button, (await copy(button.dataset.copy)) ? "Copied" : "Select it by hand");
  });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function tell(button, word) {
  const before = button.dataset.word ?? button.textContent;
  button.dataset.word = before;
  button.textContent = word;
  announce(word);
  setTimeout(() => { button.textContent = before; }, 1600);
}

// announce speaks through the page's live region. Saying the same twice needs
// an empty moment between.
export function announce(text) {
  const region = document.getElementById("live");
  if (!region) return;
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 30);
}
