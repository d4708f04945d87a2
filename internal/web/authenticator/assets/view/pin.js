// Asking for the PIN, and setting it up.

import { pinPattern } from "../pin.js";
import { h } from "./dom.js";
import { field, submitting } from "./form.js";

// maxWrong is how many wrong PINs end the request.
const maxWrong = 3;

const pinField = (attributes) => field({ type: "password", inputmode: "numeric", autocomplete: "off", pattern: pinPattern.source, maxlength: "12", ...attributes });

// pinForm approves with the right PIN. Too many wrong ones are an answer too:
// the application is told that it was not shown to be the person.
export function pinForm(session, send, onBack) {
  const pin = pinField({ id: "pin", label: "PIN of this browser", hint: "The request demands that you confirm with it." });
  let wrong = 0;
  const form = submitting({ word: "Approve", busy: "Approving", testid: "confirm-pin" }, [pin], async () => {
    if (await session.checkPin(pin.input.value)) return send({ approve: true, methods: ["pin_code"] });
    wrong += 1;
    pin.input.value = "";
    if (wrong >= maxWrong) return send({ failure: "authentication" });
    throw new Error(`That is not the PIN. ${maxWrong - wrong === 1 ? "One more try" : `${maxWrong - wrong} more tries`}, then the application is told that it was not you.`);
  });
  return h("div", { class: "stack", "data-testid": "pin-form" }, form,
    h("button", { type: "button", class: "plain wide", "data-testid": "cancel-pin", click: onBack }, "Back"));
}

// pinPart is where a PIN is set up, changed and removed.
export function pinPart(session) {
  const place = h("section", { class: "card raised stack", "data-testid": "pin" });
  const draw = () => place.replaceChildren(...(session.configured.includes("pin_code") ? set(session, draw) : unset(session, draw)));
  draw();
  return place;
}

const title = () => h("h2", {}, "PIN");

function unset(session, draw) {
  const pin = pinField({ id: "new-pin", label: "New PIN", hint: "4 to 12 digits. It stays in this browser." });
  const form = submitting({ word: "Set the PIN", busy: "Setting", testid: "set-pin" }, [pin], async () => {
    await session.setPin(pin.input.value);
    draw();
  });
  return [title(), h("p", { class: "soft" }, "Some applications demand that you confirm an approval with something that you know. With a PIN this browser can ask you."), form];
}

function set(session, draw) {
  const pin = pinField({ id: "old-pin", label: "Your PIN" });
  const form = submitting({ word: "Remove the PIN", busy: "Removing", testid: "remove-pin", danger: true }, [pin], async () => {
    if (!(await session.checkPin(pin.input.value))) throw new Error("That is not the PIN.");
    await session.setPin("");
    draw();
  });
  return [title(), h("p", { class: "soft", "data-testid": "pin-is-set" }, "A PIN is set. You are asked for it when an application demands more than a yes."), form];
}
