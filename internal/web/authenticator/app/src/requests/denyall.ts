// Denying a flood, one request after the other.

import { answer } from "./answering";
import { denial } from "./denial";
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
