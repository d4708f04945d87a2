// Asking the person to prove themselves in the middle of something else.

import { signal } from "@preact/signals";
import type { Method } from "../state/account";
import { Explained, t } from "../words";
import { kind } from "./lock";

export interface Asking {
  readonly purpose: string; // in words: what the proof is for
  readonly settle: (proof: Method | Unproved | undefined) => void;
}

// asking is what the dialog shows at the moment.
export const asking = signal<Asking | undefined>(undefined);

// Unproved: too many wrong PINs for one purpose. Whoever asked may tell the
// application that it was not shown to be the person.
export class Unproved extends Explained {
  constructor() {
    super(t("codes.ask.failed"));
  }
}

// require asks for the PIN or the passkey, whichever is set up. It gives how the
// person proved themselves, or undefined where they went back or there is no lock.
export function require(purpose: string): Promise<Method | undefined> {
  if (kind.peek() === "none") return Promise.resolve(undefined);
  asking.peek()?.settle(undefined);
  return new Promise((resolve, reject) => {
    asking.value = {
      purpose,
      settle: (proof) => {
        asking.value = undefined;
        if (proof instanceof Unproved) reject(proof);
        else resolve(proof);
      },
    };
  });
}
