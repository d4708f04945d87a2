// Waits until another device of the person has confirmed this one.

import type { Account } from "../state/account";
import { rest } from "../state/rest";
import { unreachable } from "../words";
import { refused } from "./candidate";
import type { Attempt } from "./step";

const pause = 2_000; // between two looks; the other device waits for a person anyway
const longPause = 10_000; // when the server cannot be reached, or asks for patience

export interface Watching {
  signal: AbortSignal;
  until: number; // by the server's clock
  onOnline: (online: boolean) => void;
}

// confirmed gives the account, or undefined when the other device said no or
// the time is over. It throws what trying again cannot change.
export async function confirmed({ candidate, invitation, name }: Attempt, { signal, until, onOnline }: Watching): Promise<Account | undefined> {
  while (!signal.aborted && candidate.now < until) {
    let idle = pause;
    try {
      const { account } = await candidate.link(invitation, name);
      onOnline(true);
      if (account) return account;
    } catch (error) {
      if (refused(error)) return undefined;
      if (!transient(error)) throw error;
      onOnline(false);
      idle = longPause;
    }
    await rest(idle, signal);
  }
  return undefined;
}

const codes = ["rate_limited", "unavailable", "internal"];

function transient(error: unknown): boolean {
  return unreachable(error) || (typeof error === "object" && error !== null && "code" in error && codes.includes(String(error.code)));
}
