// Parts of forms: a choice, and a form that says what it is doing and what went
// wrong.

import { h, id } from "./dom.js";
import { explain } from "./words.js";

// choice gives { label, input } of a radio button, or of a checkbox.
export function choice({ type = "radio", ...attributes }, ...text) {
  const input = h("input", { type, ...attributes });
  return { input, label: h("label", { class: "check" }, input, h("span", {}, text)) };
}

// submitting makes a form around fields. A failure is shown above the button
// and announced; while it works, it cannot be sent twice.
export function submitting({ word, busy, testid, danger }, fields, work) {
  const trouble = h("p", { class: "note bad", role: "alert", id: id("trouble"), "data-testid": "error", hidden: true });
  const button = h("button", { class: danger ? "wide danger" : "wide", "data-testid": testid }, word);
  const inputs = fields.map((one) => one.input).filter(Boolean);
  const submit = async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-busy") === "true") return;
    trouble.hidden = true;
    button.setAttribute("aria-busy", "true");
    button.textContent = `${busy}…`;
    try {
      await work();
    } catch (error) {
      trouble.textContent = explain(error);
      trouble.hidden = false;
      inputs[0]?.focus();
    } finally {
      button.removeAttribute("aria-busy");
      button.textContent = word;
    }
  };
  return h("form", { class: "stack", submit }, fields.map((one) => one.element), trouble, button);
}
