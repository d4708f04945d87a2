// Withdrawing without leaving the page. Without this script the same forms go to
// the challenge and come back.
import { challenge } from "./popup.js";

for (const form of document.querySelectorAll("form[data-withdraw]")) {
  form.querySelector(".how").hidden = false;
  form.addEventListener("submit", (event) => {
    if (new FormData(form).get("how") !== "frame") return;
    event.preventDefault();
    withdraw(form);
  });
}

async function withdraw(form) {
  const button = form.querySelector("button");
  const status = form.querySelector(".status");
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  status.hidden = true;
  try {
    const asked = await post(form.action, new FormData(form));
    if (!asked.frame) {
      location.assign(asked.to);
      return;
    }
    const token = await challenge(asked.frame);
    location.assign(token ? (await post(asked.proof, { token })).to : asked.here);
  } catch (error) {
    status.textContent = error instanceof Sorry ? error.message : "This does not work right now. Please try again.";
    status.hidden = false;
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** A refusal by the till, in a sentence for people. */
class Sorry extends Error {}

async function post(path, fields) {
  const answer = await fetch(path, { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(fields) });
  const said = await answer.json();
  if (!answer.ok) throw new Sorry(said.error);
  return said;
}
