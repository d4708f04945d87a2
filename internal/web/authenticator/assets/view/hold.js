// A button for what should not happen by accident: it is held, or pressed
// twice with a moment in between. Keyboards and screen readers press it twice.

import { announce, h } from "./dom.js";

const holdTime = 800;
const armDelay = 350;
const armedTime = 10000;

export function holdButton({ word, armedWord, testid, describedBy }, onDone) {
  const label = h("span", { class: "hold-word" }, word);
  const button = h("button", { type: "button", class: "hold wide", "data-testid": testid, "data-state": "idle", "aria-describedby": describedBy }, label);
  const state = (name, text) => {
    button.dataset.state = name;
    label.textContent = text;
  };
  let timer = 0;
  let disarm = 0;
  const done = () => {
    clearTimeout(disarm);
    state("done", word);
    onDone();
  };
  const release = () => {
    clearTimeout(timer);
    button.classList.remove("holding");
  };
  const press = (event) => {
    if (event.button !== 0 || button.disabled) return;
    button.classList.add("holding");
    timer = setTimeout(() => { release(); done(); }, holdTime);
  };
  const click = () => {
    if (button.disabled) return;
    if (button.dataset.state === "armed") { done(); return; }
    if (button.dataset.state !== "idle") return;
    state("arming", armedWord);
    announce(armedWord);
    setTimeout(() => { if (button.dataset.state === "arming") button.dataset.state = "armed"; }, armDelay);
    disarm = setTimeout(() => { if (button.dataset.state !== "done") state("idle", word); }, armedTime);
  };
  button.addEventListener("pointerdown", press);
  for (const end of ["pointerup", "pointerleave", "pointercancel", "blur"]) button.addEventListener(end, release);
  button.addEventListener("click", click);
  button.addEventListener("keydown", (event) => { if (event.repeat) event.preventDefault(); });
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  return { button, reset: () => { release(); state("idle", word); } };
}
