// Denying a flood, one request after the other.

import type { Decision } from "../state/account";
import type { Question } from "../wire/types";
import { answer } from "./answering";
import type { Waiting } from "./flood";

// denyAll gives how many are left open. One that ended by itself is no failure.
export async function denyAll(all: readonly Waiting[], fraud: boolean, onDone: (count: number) => void): Promise<number> {
  let failed = 0;
  for (const [at, { account, challenge }] of all.entries()) {
    onDone(at);
    try {
      await answer(account, challenge, denial(challenge.question, fraud), []);
    } catch {
      failed += 1;
    }
  }
  return failed;
}

// denial says no to a question. Where only the application's own reasons count,
// it is the first that says the same of fraud, or else the first.
export function denial({ reasons }: Question, fraud: boolean): Decision {
  const chosen = reasons?.find((one) => one.fraud === fraud) ?? reasons?.[0];
  if (chosen) return { approve: false, reasonID: chosen.id, fraud: chosen.fraud };
  return { approve: false, reason: fraud ? "not started by me" : "", fraud };
}
