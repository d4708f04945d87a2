// The number that an approval brings from where the request was started.

import { choices } from "../match.js";
import { h } from "./dom.js";
import { submitting } from "./form.js";

// numberForm asks for it, by picking or typing, and hands it on.
export function numberForm(match, onNumber, onBack) {
  const offered = choices(match);
  return h("div", { class: "stack", "data-testid": "number-form" },
    offered.length > 0 ? picked(offered, onNumber) : typed(onNumber),
    h("button", { type: "button", class: "plain wide", "data-testid": "cancel-number", click: onBack }, "Back"));
}

const question = "Which number is shown where you started this?";
const warning = "A wrong number ends the request. If you started nothing, deny it.";

function picked(offered, onNumber) {
  const trouble = h("p", { class: "note bad", role: "alert", "data-testid": "error", hidden: true });
  const buttons = offered.map((number) => h("button", { type: "button", class: "quiet number", "data-testid": `number-${number}`, click: async (event) => {
    if (event.detail > 1) return; // the second half of a hasty press of Approve
    trouble.hidden = true;
    for (const one of buttons) one.disabled = true;
    try {
      await onNumber(number);
    } catch (error) {
      trouble.textContent = error.message;
      trouble.hidden = false;
    } finally {
      for (const one of buttons) one.disabled = false;
    }
  } }, number));
  return h("fieldset", { class: "stack-small" }, h("legend", { tabindex: "-1" }, question), trouble, h("div", { class: "numbers" }, buttons), h("p", { class: "hint center" }, warning));
}

function typed(onNumber) {
  const input = h("input", { id: "number", name: "number", class: "number-input", required: true, inputmode: "numeric", pattern: "[1-9][0-9]", maxlength: 2, autocomplete: "off", "aria-describedby": "number-hint" });
  const element = h("div", { class: "stack-small" }, h("label", { for: "number" }, question), input, h("p", { class: "hint", id: "number-hint" }, warning));
  return submitting({ word: "Approve", busy: "Approving", testid: "confirm-number" }, [{ element, input }], () => onNumber(input.value));
}
