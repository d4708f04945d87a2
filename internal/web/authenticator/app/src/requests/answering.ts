// What an attempt to answer may come to.

import type { Account, Answered, Decision } from "../state/account";
import type { Key } from "../words";
import { Problem } from "../wire/problem";
import type { Challenge, Receipt, State } from "../wire/types";
import { denied } from "./denials";

// Outcome names the page after an answer, or in its place.
export type Outcome = "approved" | "denied" | "fraud" | "failed" | "mismatched" | "expired" | "cancelled" | "answered" | "unknown";

// Ended is what became of a request while it was looked at.
export interface Ended {
  outcome: Outcome;
  receipt?: Receipt;
  failure?: string;
  doubt?: boolean; // the answer counts, and its receipt does not prove it
}

const tooLate: Record<string, Outcome> = {
  challenge_expired: "expired",
  challenge_cancelled: "cancelled",
  already_answered: "answered",
  challenge_unknown: "unknown",
  match_wrong: "mismatched",
};

const failures: Record<string, Key> = {
  policy: "requests.failure.policy",
  permission: "requests.failure.permission",
  authentication: "requests.failure.authentication",
  configuration: "requests.failure.configuration",
  busy: "requests.failure.busy",
  sensor: "requests.failure.sensor",
};

// whyNot is the sentence for a failure, if it is one that we know.
export const whyNot = (failure: string): Key | undefined => failures[failure];

// answer sends a decision. It gives what the request came to, also when
// somebody was faster, and throws when it is still open.
export async function answer(account: Account, challenge: Challenge, decision: Decision, configured: Configured): Promise<Ended> {
  try {
    const ended = came(decision, await account.answer(challenge, decision, configured));
    if (!decision.approve) denied(account);
    return ended;
  } catch (error) {
    const late = error instanceof Problem ? tooLate[error.code] : undefined;
    if (!late) throw error;
    account.settle(challenge.id);
    if (late === "mismatched") denied(account);
    return { outcome: late };
  }
}

type Configured = NonNullable<Parameters<Account["answer"]>[2]>;

const said = ({ approve, failure, fraud }: Decision): Outcome => (failure ? "failed" : approve ? "approved" : fraud ? "fraud" : "denied");

const came = (decision: Decision, { receipt, failure, doubt }: Answered): Ended => ({
  outcome: failure ? "failed" : said(decision),
  ...(doubt === undefined ? { receipt } : { doubt: true }),
  ...(failure && { failure }),
});

// standing is how a request of the past is named in lists.
export function standing({ state, failure, fraud }: Challenge): State | "failed" | "fraud" {
  if (state !== "denied") return state;
  if (failure) return "failed";
  return fraud ? "fraud" : "denied";
}
