// Accounts that left this browser, and why: the person is told each of them,
// once, wherever they are in the app.

import { effect, signal } from "@preact/signals";
import type { Account } from "../state/account";
import * as accounts from "../state/accounts";

// Reason why an account left. What was done "here" needs no word afterwards, and
// "unlinked" was somebody else's doing.
export type Reason = "unlinked" | "moved" | "here";

export interface Farewell {
  id: string;
  name: string;
  reason: Exclude<Reason, "here">;
}

export const farewells = signal<Farewell[]>([]);

// expected are accounts that the person sends away, in this tab or in another.
const expected = new Map<string, Reason>();
const tabs = new BroadcastChannel("twinseal-farewell");

function expect(id: string, reason: Reason | undefined): void {
  if (reason === undefined) expected.delete(id);
  else expected.set(id, reason);
}

// leaveBy removes an account from this browser once something was done, after
// which its server disowns it. The reason is known before that, because the
// server's word may arrive first.
export async function leaveBy(account: Account, reason: Reason, done: () => Promise<unknown>): Promise<void> {
  const tell = (why: Reason | undefined) => {
    expect(account.id, why);
    tabs.postMessage({ id: account.id, reason: why });
  };
  tell(reason);
  try {
    await done();
  } catch (error) {
    tell(undefined);
    throw error;
  }
  await accounts.remove(account.id);
}

// watchFarewells remembers whatever goes away, by whatever way.
export function watchFarewells(): void {
  tabs.addEventListener("message", ({ data }: MessageEvent<{ id: string; reason?: Reason }>) => expect(data.id, data.reason));
  let before: Account[] = [];
  effect(() => {
    const now = accounts.accounts.value;
    for (const account of before) if (!now.includes(account)) note(account);
    before = now;
  });
}

function note(account: Account): void {
  const reason = expected.get(account.id) ?? "unlinked";
  expected.delete(account.id);
  if (reason !== "here") farewells.value = [...farewells.peek(), { id: account.id, name: account.title.peek(), reason }];
}

export function dismiss(id: string): void {
  farewells.value = farewells.peek().filter((farewell) => farewell.id !== id);
}
