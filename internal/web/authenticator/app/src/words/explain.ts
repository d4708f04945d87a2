// What refusals and failures mean for the person, and what to do next.

import { CookiesBlocked } from "../state/binding";
import { StorageBusy } from "../state/store";
import { Problem } from "../wire/problem";
import { type Key, t } from ".";

const sentences: Record<string, Key> = {
  link_refused: "shell.error.link_refused",
  rate_limited: "shell.error.rate_limited",
  disabled: "shell.error.disabled",
  session_unknown: "shell.error.session_unknown",
  user_disabled: "shell.error.user_disabled",
  device_unknown: "shell.error.device_unknown",
  device_unbound: "shell.error.device_unbound",
  proof_time: "shell.error.clock",
  statement_time: "shell.error.clock",
  key_in_use: "shell.error.key_in_use",
  match_wrong: "shell.error.match_wrong",
  unavailable: "shell.error.unavailable",
  internal: "shell.error.internal",
};

// Explained is an error whose message was written for the person already.
export class Explained extends Error {
  override name = "Explained";
}

// explain words any error. What nobody foresaw is the server's own sentence, or
// says no more than that it did not work.
export function explain(error: unknown): string {
  if (error instanceof Explained) return error.message;
  if (unreachable(error)) return t("shell.error.unreachable");
  if (error instanceof CookiesBlocked) return t("shell.error.cookies");
  if (error instanceof StorageBusy) return t("shell.error.storage");
  if (error instanceof Problem) {
    const key = sentences[error.code];
    return key ? t(key) : capital(error.message);
  }
  return t("shell.error.unknown");
}

// unreachable: no answer came, or one of something in between.
export function unreachable(error: unknown): boolean {
  return error instanceof TypeError ||
    (error instanceof DOMException && ["TimeoutError", "AbortError", "NetworkError"].includes(error.name)) ||
    (error instanceof Problem && error.code === "");
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
