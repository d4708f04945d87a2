// Proving to this browser who is holding it, before something is signed.

import { wantsMethods } from "../../../../protocol/modules/policy.js";
import * as lock from "../lock/lock";
import type { Method } from "../state/account";
import { askAlways } from "../state/settings";
import { visible } from "../ui/Quote";
import { t } from "../words";
import type { Question } from "../wire/types";

// Proof is the methods that were passed, or why there are none: the person went
// back, or failed too often.
export type Proof = Method[] | "back" | "failed";

// prove asks for the lock's proof where the question demands a method, or where
// the person wants to be asked every time.
export async function prove(question: Question): Promise<Proof> {
  if (lock.kind.peek() === "none" || !(demanded(question) || askAlways.peek())) return [];
  try {
    const method = await lock.require(t("requests.answer.unlock", { application: visible(question.application.name) }));
    return method ? [method] : "back";
  } catch (error) {
    if (error instanceof lock.Unproved) return "failed";
    throw error;
  }
}

// demanded says whether the application wants a method. If so, it is told when
// the proof failed: that is an answer too.
export const demanded = ({ policy }: Question): boolean => policy !== undefined && wantsMethods(policy);
