// The accounts that are linked in this browser.

import { computed, signal } from "@preact/signals";
import { Account, type Kept } from "./account";
import * as store from "./store";

export const accounts = signal<Account[]>([]);

// ready: the store was read, so that an empty list means that there is none.
export const ready = signal(false);

export const waiting = computed(() => accounts.value.reduce((sum, account) => sum + account.pending.value.length, 0));

// load reads the store; another tab may have changed it.
export async function load(): Promise<void> {
  const kept = await store.all<Kept>("accounts");
  const known = new Map(accounts.peek().map((account) => [account.id, account]));
  const next = kept.map((one) => known.get(one.id) ?? new Account(one));
  if (next.length !== known.size || next.some((one) => !known.has(one.id))) accounts.value = next;
  ready.value = true;
}

// add keeps a freshly linked account.
export async function add(kept: Kept): Promise<Account> {
  await store.put("accounts", kept.id, kept);
  navigator.storage?.persist?.().catch(() => false);
  const account = new Account(kept);
  accounts.value = [...accounts.peek().filter((other) => other.id !== kept.id), account];
  return account;
}

const farewells: ((account: Account) => unknown)[] = [];

// onRemoved is for what else is kept of an account, such as its codes.
export function onRemoved(forget: (account: Account) => unknown): void {
  farewells.push(forget);
}

// remove forgets an account. Its keys are worthless by now.
export async function remove(id: string): Promise<void> {
  const account = find(id);
  accounts.value = accounts.peek().filter((other) => other.id !== id);
  await store.remove("accounts", id);
  if (account) await Promise.all(farewells.map((forget) => forget(account)));
}

export const find = (id: string): Account | undefined => accounts.value.find((account) => account.id === id);
