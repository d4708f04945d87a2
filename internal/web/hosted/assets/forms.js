import { announce } from "./talk.js";

// forms are sent once, show that they are, and may send themselves where the
// page says so. Buttons that must wait count down.
export function forms() {
  for (const form of document.querySelectorAll("form[data-form]")) {
    form.addEventListener("submit", (event) => once(form, event));
  }
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload(); // what is shown is decided by what is stored
  });
  for (const button of document.querySelectorAll("[data-after]")) countDown(button);
  for (const button of document.querySelectorAll("[data-copy]")) copies(button, () => button.dataset.copy);
  document.querySelector("form[data-eager]")?.requestSubmit();
}

function once(form, event) {
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.querySelector("button:not([type=button])")?.setAttribute("aria-busy", "true");
}

function countDown(button) {
  const words = button.textContent;
  const until = Date.now() + Number(button.dataset.after) * 1000;
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0 ? button.dataset.words.replace("{seconds}", left) : words;
    if (left > 0) setTimeout(tick, 1000);
  };
  tick();
}

// copies makes a button put a text on the clipboard and say so.
export function copies(button, text) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const before = button.textContent;
    const done = await navigator.clipboard.writeText(text()).then(() => true, () => false);
    button.textContent = done ? button.dataset.copied : button.dataset.failed;
    announce(button.textContent);
    setTimeout(() => { button.textContent = before; }, 1600);
  });
}
