// What the pages share: how they speak with the shop and with people.
import { Refused } from "./loginid.js";

/** A refusal by the shop, in a sentence for people. */
class Sorry extends Error {}

/** Sends something to the shop. */
export async function post(path, body = {}) {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) throw new Sorry(said.error);
  return said;
}

const sentences = {
  user_not_found: "There is no account of that name. Is it spelled right?",
  username_taken: "Somebody has that name already. Please choose another one, or sign in.",
  user_already_registered: "Somebody has that name already. Please choose another one, or sign in.",
  username_invalid: "This name cannot be used. Please choose another one.",
  credential_not_found: "This account has no passkey yet. Come in by a code from another device.",
  account_deactivated: "This account is switched off.",
  failed_to_authenticate: "The passkey was not accepted. Please try again.",
  invalid_credential: "The passkey was not accepted. Please try again.",
  credential_not_created: "The passkey was not accepted. Please try again.",
  verification_code_expired: "The code is too old.",
  verification_code_not_found: "The code does not count any more.",
  not_found: "This took too long. Please start again.",
  operation_not_allowed: "This is not allowed right now. Please reload the page and try again.",
  unauthorized: "The server does not know this shop. Were its clock and its key set right?",
};

const failures = {
  NotAllowedError: "Your device did not confirm it, or it took too long. Please try again.",
  AbortError: "It was interrupted. Please try again.",
  InvalidStateError: "This device has a passkey of your account already.",
  NotSupportedError: "This device cannot make such a passkey.",
  SecurityError: "Passkeys do not work at this address. Is it the shop's own?",
  TypeError: "The server cannot be reached. Please try again in a moment.",
};

/** What went wrong, in a sentence for people. */
export function explain(error) {
  if (error instanceof Sorry) return error.message;
  if (error instanceof Refused) return sentences[error.code] ?? "The server did not accept this. Please try again.";
  if (!window.PublicKeyCredential) return "This browser knows no passkeys. Please use a newer one.";
  return failures[error.name] ?? "Something went wrong. Please try again.";
}

/**
 * Runs what a form is for, once at a time, and says what went wrong. Until then
 * its button is disabled, because without this script it does nothing.
 */
export function onSubmit(form, work) {
  const button = form.querySelector("button");
  const status = form.querySelector(".status");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    status.hidden = true;
    try {
      await work(new FormData(form));
    } catch (error) {
      status.textContent = explain(error);
      status.hidden = false;
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
  button.disabled = false;
}
