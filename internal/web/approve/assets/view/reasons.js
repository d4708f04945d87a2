// What refusals mean for the person, and what to do next.

import { Refusal } from "../passkeys.js";
import { capital, explain as explainProblem } from "./words.js";

const sentences = {
  origin_unknown: "Your passkeys cannot be used on this page. Open the request on the site where you made them.",
  no_passkey: "You have no passkey that works here. Answer on another of your devices.",
  policy_unmet: "This passkey does not satisfy what the request demands. Use another one, or another device.",
  passkey_refused: "The passkey’s answer was not accepted. Try again, or use another passkey.",
  rate_limited: "Too many attempts. Wait a few minutes and try again.",
  disabled: "This application is switched off. Ask whoever runs it.",
  user_disabled: "This account is closed. Ask whoever runs the service.",
  statement_time: "It took too long. Try again.",
  unavailable: "The server is busy. Try again in a moment.",
  internal: "Something went wrong on the server. Try again in a moment.",
};

// What browsers throw when a passkey is not used.
const browsers = {
  NotAllowedError: "The passkey was not used: the window was closed, or it took too long. Try again.",
  SecurityError: "Your passkeys cannot be used on this page. Open the request on the site where you made them.",
  AbortError: "The passkey was not used. Try again.",
};

export function explain(error) {
  if (error instanceof Refusal) return sentences[error.code] ?? capital(error.message);
  if (error instanceof DOMException && browsers[error.name]) return browsers[error.name];
  return explainProblem(error);
}

// tooLate names the ends of requests that can no longer be answered, by code.
export const tooLate = {
  challenge_expired: "expired",
  challenge_cancelled: "cancelled",
  already_answered: "answered",
  challenge_unknown: "unknown",
  match_wrong: "mismatched",
};
