// What refusals mean for the person, and what to do next.

import { Problem } from "../api.js";

const sentences = {
  link_refused: "This code is wrong, was used, or has expired. Ask for a new one.",
  rate_limited: "Too many attempts. Wait a few minutes and try again.",
  disabled: "This application is switched off. Ask whoever runs it.",
  session_unknown: "You are logged out there already.",
  user_disabled: "This account is closed. Ask whoever runs the service.",
  proof_time: "The clock of this device is too far off, and could not be corrected.",
  statement_time: "The clock of this device is too far off, and could not be corrected.",
  key_in_use: "This browser’s key is linked already. Reload the page and try again.",
  unavailable: "The server is busy. Try again in a moment.",
  internal: "Something went wrong on the server. Try again in a moment.",
};

// failures say why an approval was not enough.
export const failures = {
  policy: "The device was not where, when or what the request demands.",
  permission: "The request demands a place, and the device may not use its location.",
  authentication: "The device was not convinced that it was you.",
  configuration: "The request demands more ways to confirm than are set up on the device.",
  busy: "The device was busy with something else.",
  sensor: "The device could not find out where it is.",
};

export function explain(error) {
  if (unreachable(error)) return "The server cannot be reached. Check the connection and try again.";
  if (error instanceof Problem) return sentences[error.code] ?? capital(error.message);
  return capital(error.message);
}

// unreachable: no answer came, or one of something in between.
function unreachable(error) {
  return error instanceof TypeError || ["TimeoutError", "AbortError"].includes(error.name) || (error instanceof Problem && error.code === "");
}

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// outcomes of requests that can no longer be answered, by code.
export const tooLate = {
  challenge_expired: "expired",
  challenge_cancelled: "cancelled",
  already_answered: "answered",
  challenge_unknown: "unknown",
};
