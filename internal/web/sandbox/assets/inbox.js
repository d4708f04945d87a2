// Keeps the inbox fresh: loads the page again in the background and puts the
// new list in the place of the old one when something came.
import { announce, copyButtons } from "./copy.js";

const pause = 2000;
const parser = new DOMParser();
let timer = setTimeout(look, pause);
copyButtons();

async function look() {
  clearTimeout(timer);
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.ok) show(parser.parseFromString(await answer.text(), "text/html"));
    } catch {
      // The server is gone for a moment; the next look tells.
    }
  }
  timer = setTimeout(look, pause);
}

function show(page) {
  const before = document.getElementById("letters");
  const after = page.getElementById("letters");
  if (!after) return;
  for (const id of ["now", "shifted"]) {
    document.getElementById(id).textContent = page.getElementById(id).textContent;
  }
  if (before.dataset.newest === after.dataset.newest && before.dataset.count === after.dataset.count) return;
  const known = new Set([...before.querySelectorAll("[data-id]")].map((letter) => letter.dataset.id));
  const fresh = [...after.querySelectorAll("[data-id]")].filter((letter) => !known.has(letter.dataset.id));
  for (const letter of fresh) letter.classList.add("fresh");
  before.replaceWith(document.adoptNode(after));
  if (fresh.length > 0) announce(fresh.length === 1 ? "One new message" : `${fresh.length} new messages`);
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
