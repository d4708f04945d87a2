// What the person said no to, on any device.

import { type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Account } from "../state/account";
import { deniedSince } from "./pastdenials";

// What is known of each account stays, so that the warning stands when the next
// request opens, and nothing moves under a finger.
const known = new Map<string, Signal<boolean>>();

function of(account: Account): Signal<boolean> {
  const there = known.get(account.id) ?? signal(false);
  known.set(account.id, there);
  return there;
}

// denied notes that the person has just said no.
export function denied(account: Account): void {
  of(account).value = true;
}

// useDeniedLately asks the server, whose memory includes the other devices.
export function useDeniedLately(account: Account): boolean {
  useEffect(() => {
    account.api.history().then(({ challenges }) => { of(account).value = deniedSince(challenges, account.clock.now()); }, () => {});
  }, [account]);
  return of(account).value;
}
