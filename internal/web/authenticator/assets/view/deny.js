// Saying no, and why.

import { h } from "./dom.js";
import { choice, submitting } from "./form.js";

const reasons = [
  { text: "I changed my mind", reason: "changed my mind" },
  { text: "Something in it is wrong", reason: "the details are wrong" },
  { text: "I did not start this", reason: "not started by me", fraud: true },
];

const longest = 200;

export function denyForm(onDeny, onBack) {
  const options = reasons.map(({ text, reason, fraud }) => choice({
    name: "reason", value: reason, "data-testid": fraud ? "reason-not-me" : "reason",
    change: () => { report.input.checked = fraud === true; },
  }, text));
  const report = choice({ type: "checkbox", name: "fraud", "data-testid": "fraud" }, "Report it as fraud: somebody may be using my account");
  const words = h("input", { id: "reason-text", name: "reason-text", maxlength: longest, "data-testid": "reason-text", autocomplete: "off" });
  const fields = h("div", { class: "stack" },
    h("fieldset", { class: "stack-small" }, h("legend", {}, "Why do you deny it? ", h("span", { class: "soft small" }, "(you need not say)")), options.map((option) => option.label)),
    h("div", {}, h("label", { for: "reason-text" }, "In your own words"), words),
    h("div", {}, report.label),
  );
  const form = submitting({ word: "Deny this request", busy: "Denying", testid: "confirm-deny", danger: true }, [{ element: fields }], () => onDeny({
    approve: false,
    reason: words.value.trim() || (options.find((option) => option.input.checked)?.input.value ?? ""),
    fraud: report.input.checked,
  }));
  return h("div", { class: "stack", "data-testid": "deny-form" }, form,
    h("button", { type: "button", class: "plain wide", "data-testid": "cancel-deny", click: onBack }, "Back"));
}
