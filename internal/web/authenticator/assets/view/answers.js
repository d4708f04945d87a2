// The two answers to a request, and what comes between the button and the
// signature: a reason for a denial, a PIN where the request demands one.

import { wantsMethods } from "../policy.js";
import { denyForm } from "./deny.js";
import { h, icon } from "./dom.js";
import { holdButton } from "./hold.js";
import { pinForm } from "./pin.js";
import { explain } from "./words.js";

// actions shows the answers in place. Answer sends a decision; while it does,
// place.dataset.busy keeps the view from being taken away.
export function actions(place, { session, question, answer }) {
  const again = () => actions(place, { session, question, answer });
  const send = async (decision) => {
    place.dataset.busy = "true";
    try {
      await answer(decision);
    } finally {
      delete place.dataset.busy;
    }
  };
  const instead = (form) => {
    place.replaceChildren(form);
    place.querySelector("input")?.focus({ preventScroll: true });
    place.scrollIntoView({ block: "nearest", behavior: "smooth" });
  };
  const trouble = h("p", { class: "note bad", role: "alert", "data-testid": "error", hidden: true });
  const approve = holdButton({ word: "Hold to approve", armedWord: "Press again to approve", testid: "approve", describedBy: "approve-hint" }, async () => {
    if (question.policy && wantsMethods(question.policy) && session.configured.includes("pin_code")) {
      instead(pinForm(session, send, again));
      return;
    }
    approve.button.setAttribute("aria-busy", "true");
    approve.button.disabled = deny.disabled = true;
    trouble.hidden = true;
    try {
      await send({ approve: true });
    } catch (error) {
      trouble.textContent = explain(error);
      trouble.hidden = false;
      approve.button.removeAttribute("aria-busy");
      approve.button.disabled = deny.disabled = false;
      approve.reset();
    }
  });
  const deny = h("button", { type: "button", class: "danger wide", "data-testid": "deny", click: () => instead(denyForm(question.reasons, send, again)) }, icon("cross"), "Deny");
  place.replaceChildren(trouble, h("div", { class: "answer-row" }, deny, approve.button),
    h("p", { class: "hint center", id: "approve-hint" }, "Hold it, or press it twice. You sign exactly what stands above."));
}
