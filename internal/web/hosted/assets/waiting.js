import { announce } from "./talk.js";

const pace = 1500;

// waitForAnswer asks how it stands until something happened, and then shows the
// page anew: what it shows is decided there. A page that nobody looks at asks
// less often.
export async function waitForAnswer() {
  const form = document.querySelector("form[data-state]");
  const note = document.querySelector("[data-wait]");
  let state = "waiting";
  while (state !== "over") {
    await new Promise((done) => { setTimeout(done, document.hidden ? 3 * pace : pace); });
    state = await ask(form, state);
    if (state === "claimed" && note?.dataset.claimed) say(note);
  }
  window.location.reload();
}

async function ask(form, before) {
  try {
    const reply = await fetch("/challenge/state", { method: "POST", body: new URLSearchParams(new FormData(form)), cache: "no-store" });
    if (reply.status === 429 || reply.status >= 500) return before;
    return reply.ok ? (await reply.json()).state : "over";
  } catch {
    return before; // the network comes back, or the person leaves
  }
}

function say(note) {
  const word = note.querySelector("[data-word]");
  if (word.textContent === note.dataset.claimed) return;
  word.textContent = note.dataset.claimed;
  announce(note.dataset.claimed);
}
