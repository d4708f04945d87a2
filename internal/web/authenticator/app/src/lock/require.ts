// Asking the person to prove themselves in the middle of something else.

import { signal } from "@preact/signals";
import type { Method } from "../state/account";
import { kind } from "./lock";

// Purpose says what the proof is for; the dialog words it.
export type Purpose = "approve" | "export" | "change";

// Proof is how the person proved themselves, "failed" after too many wrong PINs
// for one purpose, or undefined where they went back or there is no lock.
export type Proof = Method | "failed" | undefined;

export interface Asking {
  readonly purpose: Purpose;
  readonly settle: (proof: Proof) => void;
}

// asking is what the dialog shows at the moment.
export const asking = signal<Asking | undefined>(undefined);

// require asks for the PIN or the passkey, whichever is set up.
export function require(purpose: Purpose): Promise<Proof> {
  if (kind.peek() === "none") return Promise.resolve(undefined);
  asking.peek()?.settle(undefined);
  return new Promise((resolve) => {
    asking.value = {
      purpose,
      settle: (proof) => {
        asking.value = undefined;
        resolve(proof);
      },
    };
  });
}
