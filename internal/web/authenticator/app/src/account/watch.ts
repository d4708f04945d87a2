// Follows a join until it is over.

import type { Account } from "../state/account";
import { rest } from "../state/rest";
import { unreachable } from "../words";
import { Problem } from "../wire/problem";
import { type Join, type JoinState, readJoin } from "./calls";

const held = 25; // seconds: below what proxies on the way allow
const pause = 2_000;

export interface Watching {
  signal: AbortSignal;
  onJoin: (join: Join) => void;
  onOnline: (online: boolean) => void;
}

export const over = (state: JoinState): boolean => state !== "open" && state !== "claimed";

// watch tells every state of a join. A connection that breaks is tried again; a
// refusal is thrown.
export async function watch(account: Account, id: string, { signal, onJoin, onOnline }: Watching): Promise<void> {
  let known: JoinState = "open";
  let wait = 0;
  while (!signal.aborted) {
    try {
      const join = await readJoin(account, id, known, wait, signal);
      if (signal.aborted) return;
      onOnline(true);
      onJoin(join);
      if (over(join.state)) return;
      known = join.state;
      wait = held;
    } catch (error) {
      if (signal.aborted) return;
      if (!passing(error)) throw error;
      onOnline(false);
      await rest(pause, signal);
    }
  }
}

const passing = (error: unknown): boolean =>
  unreachable(error) || (error instanceof Problem && ["rate_limited", "unavailable", "internal"].includes(error.code));
