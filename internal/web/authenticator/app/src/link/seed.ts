// The seed that comes with a link goes into the vault.

import { effect } from "@preact/signals";
import { seedFrom } from "../codes/seed";
import * as vault from "../vault/vault";
import type { TOTP } from "../wire/types";

// keepSeed waits for a vault that got locked meanwhile: the seed comes this
// once and is kept nowhere unsealed.
export async function keepSeed(account: string, totp: TOTP): Promise<void> {
  await unlocked();
  await vault.put([seedFrom(totp)], account);
}

function unlocked(): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (vault.state.value === "locked") return;
      queueMicrotask(() => stop());
      resolve();
    });
  });
}
