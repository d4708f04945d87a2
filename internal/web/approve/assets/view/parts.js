// How a request is shown, wherever it is.

import { explain } from "../demands.js";
import { h, quote } from "./dom.js";

// asker says who asks.
export function asker(question) {
  return h("p", { class: "asker", "data-testid": "asker" },
    h("span", { class: "avatar", "aria-hidden": "true" }, initial(question.application.name)),
    h("span", {}, quote(question.application.name, { class: "asker-name" }), h("span", { class: "soft small" }, quote(question.organization.name))),
  );
}

function initial(name) {
  return [...name.trim()][0]?.toLocaleUpperCase() ?? "·";
}

// body shows everything that is signed for people to read.
export function body(question) {
  return [
    question.title && h("p", { class: "question-title", "data-testid": "title" }, quote(question.title)),
    h("h1", { class: "message", tabindex: "-1", "data-testid": "message" }, quote(question.message)),
    question.amount && h("p", { class: "amount", "data-testid": "amount" }, quote(question.amount.value), " ", quote(question.amount.currency)),
    question.details.length > 0 && h("dl", { class: "facts", "data-testid": "details" },
      question.details.map((detail) => h("div", { "data-testid": "detail" }, h("dt", {}, quote(detail.label)), h("dd", {}, quote(detail.value))))),
    question.policy && demands(question.policy),
    question.hidden_details_hash && h("p", { class: "small soft" }, "The application attached data of its own that is shown to nobody. Your answer is bound to it."),
  ];
}

// demands says in plain words what an approval must satisfy.
function demands(policy) {
  const lines = explain(policy);
  if (lines.length === 0) return null;
  return h("section", { class: "demands", "data-testid": "demands" },
    h("h2", {}, "To approve, you must"),
    h("ul", {}, lines.map((line) => h("li", {}, quote(line)))));
}

export function notSignable() {
  return h("p", { class: "note bad", role: "alert", "data-testid": "unsignable" },
    h("strong", {}, "This request cannot be answered here."), " It holds something that this page cannot show, and what cannot be shown is not signed. Update the server or use another device.");
}

export function loading(text) {
  return h("p", { class: "loading soft", role: "status", "data-testid": "loading" }, text);
}
