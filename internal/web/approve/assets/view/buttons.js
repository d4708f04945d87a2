// The two answers to a request. Both are signed by the passkey, whose own window
// comes up after the button.

import { denyForm } from "./deny.js";
import { h, icon } from "./dom.js";
import { numberForm } from "./number.js";
import { explain } from "./reasons.js";

// buttons shows the answers in place. Send signs a decision and calls back when
// the browser asks for the passkey; place.dataset.busy is set meanwhile.
export function buttons(place, { question, send }) {
  const again = () => {
    buttons(place, { question, send });
    place.querySelector('[data-testid="deny"]')?.focus();
  };
  const trouble = h("p", { class: "note bad", role: "alert", "data-testid": "error", hidden: true });
  const prompt = h("p", { class: "prompt", role: "status", "data-testid": "prompt", hidden: true }, "Use your passkey in the window of your browser");
  const work = async (decision) => {
    place.dataset.busy = "true";
    try {
      await send(decision, () => { prompt.hidden = false; });
    } catch (error) {
      throw new Error(explain(error), { cause: error });
    } finally {
      delete place.dataset.busy;
      prompt.hidden = true;
    }
  };
  const replace = (form) => {
    place.replaceChildren(form, prompt);
    (form.querySelector("input") ?? form.querySelector("legend"))?.focus({ preventScroll: true });
    place.scrollIntoView({ block: "nearest", behavior: "smooth" });
  };
  const approve = h("button", { type: "button", class: "wide", "data-testid": "approve", "aria-describedby": "approve-hint", click: async () => {
    if (place.dataset.busy) return;
    if (question.match) {
      replace(numberForm(question.match, (match) => work({ approve: true, match }), again));
      return;
    }
    trouble.hidden = true;
    approve.setAttribute("aria-busy", "true");
    deny.disabled = true;
    try {
      await work({ approve: true });
    } catch (error) {
      trouble.textContent = error.message;
      trouble.hidden = false;
    } finally {
      approve.removeAttribute("aria-busy");
      deny.disabled = false;
    }
  } }, icon("check"), "Approve");
  const deny = h("button", { type: "button", class: "danger wide", "data-testid": "deny", click: () => {
    replace(denyForm(question.reasons, work, again));
  } }, icon("cross"), "Deny");
  place.replaceChildren(trouble, prompt, h("div", { class: "answer-row" }, deny, approve),
    h("p", { class: "hint center", id: "approve-hint" }, "Your passkey signs exactly what stands above."));
}
