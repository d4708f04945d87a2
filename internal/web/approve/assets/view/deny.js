// Saying no, and why.

import { h, quote } from "./dom.js";
import { choice, submitting } from "./form.js";

const reasons = [
  { text: "I changed my mind", reason: "changed my mind" },
  { text: "Something in it is wrong", reason: "the details are wrong" },
  { text: "I did not start this", reason: "not started by me", fraud: true },
];

const longest = 200;

// denyForm lets the person choose: among the reasons that the question offers,
// or among our own, with words of theirs.
export function denyForm(offered, onDeny, onBack) {
  const form = offered ? offeredForm(offered, onDeny) : ownForm(onDeny);
  return h("div", { class: "stack", "data-testid": "deny-form" }, form,
    h("button", { type: "button", class: "plain wide", "data-testid": "cancel-deny", click: onBack }, "Back"));
}

function offeredForm(offered, onDeny) {
  const options = offered.map(({ id, text, fraud }) => choice({ name: "reason", value: id, required: true, "data-testid": `offered-${id}` },
    quote(text), fraud && h("span", { class: "soft small" }, " (reported as fraud)")));
  const fields = h("fieldset", { class: "stack-small", "data-testid": "offered-reasons" }, h("legend", {}, "Why do you deny it?"), options.map((option) => option.label));
  return submitting({ word: "Deny this request", busy: "Denying", testid: "confirm-deny", danger: true }, [{ element: fields }], () => onDeny({
    approve: false,
    reasonID: options.find((option) => option.input.checked).input.value,
  }));
}

function ownForm(onDeny) {
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
  return submitting({ word: "Deny this request", busy: "Denying", testid: "confirm-deny", danger: true }, [{ element: fields }], () => onDeny({
    approve: false,
    reason: words.value.trim() || (options.find((option) => option.input.checked)?.input.value ?? ""),
    fraud: report.input.checked,
  }));
}
