// Saying no without asking why.

import type { Decision } from "../state/account";
import type { Question } from "../wire/types";

// denial says no to a question. Where only the application's own reasons count,
// it is the first that says the same of fraud, or else the first.
export function denial({ reasons }: Question, fraud: boolean): Decision {
  const chosen = reasons?.find((one) => one.fraud === fraud) ?? reasons?.[0];
  if (chosen) return { approve: false, reasonID: chosen.id, fraud: chosen.fraud };
  return { approve: false, reason: fraud ? "not started by me" : "", fraud };
}
