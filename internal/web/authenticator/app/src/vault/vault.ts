// The vault keeps the seeds of one-time codes, sealed. While it is open its
// entries are in memory; lock.ts decides when it opens and closes.

import { signal } from "@preact/signals";
import { bytes } from "../../../../protocol/modules/encode.js";
import { type Seed, sameCodes } from "../codes/seed";
import { binding, bindingNow } from "../state/binding";
import * as store from "../state/store";
import { Explained, t } from "../words";
import { boundTo, type Bytes, derive, type Entry, type LockInfo, type Opened, random, sameBytes, seal, type Sealed, unseal } from "./sealing";

export type { Bytes, Entry, LockInfo } from "./sealing";

// State: "none" keeps nothing yet, and "lost" is sealed for a cookie that this
// browser does not have any more.
export type State = "open" | "locked" | "none" | "lost";

export const state = signal<State>("none");

// entries are those of the open vault in the person's order, and none of a closed one.
export const entries = signal<readonly Entry[]>([]);

const place = "sealed";
const noSecret: Bytes = new Uint8Array();

let opened: Opened | undefined;

// maxEntries keeps what is sealed anew at every change small.
const maxEntries = 2000;

const read = () => store.get<Sealed>("vault", place);

// alone lets one tab at a time change the vault.
async function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks.request("twinseal-vault", work) as Promise<T>;
}

// Tabs tell each other that the storage has changed, and to close.
const tabs = new BroadcastChannel("twinseal-vault");
const closing = "close";

tabs.addEventListener("message", ({ data }) => { if (data === closing) close(); });

// onChanged is told when another tab changed or closed the vault, or changed its lock.
export function onChanged(act: () => unknown): void {
  tabs.addEventListener("message", act);
}

// look tells what is there and opens what needs no secret.
export async function look(): Promise<LockInfo> {
  const sealed = await read();
  if (!sealed) {
    shut("none");
    return { kind: "none" };
  }
  if (!(await bound(sealed))) shut("lost");
  else if (!(await refresh(sealed)) && !(sealed.lock.kind === "none" && (await open(noSecret)))) shut("locked");
  return sealed.lock;
}

async function bound(sealed: Sealed): Promise<boolean> {
  return sameBytes(await boundTo(bytes(bindingNow())), sealed.bound);
}

// refresh reads the entries again by the key that is in memory, if it still fits.
async function refresh(sealed: Sealed): Promise<boolean> {
  const found = opened && (await unseal(opened, sealed));
  if (!found) return false;
  entries.value = found;
  state.value = "open";
  return true;
}

// lockInfo says how the vault is locked.
export const lockInfo = async (): Promise<LockInfo> => (await read())?.lock ?? { kind: "none" };

// opens tells whether a secret is the right one, and leaves the vault as it is.
export async function opens(secret: Bytes): Promise<boolean> {
  return (await trying(secret)) !== undefined;
}

// open opens the vault by its secret; false means that it is another one.
export async function open(secret: Bytes): Promise<boolean> {
  const tried = await trying(secret);
  if (!tried) return false;
  opened = tried.with;
  entries.value = tried.found;
  state.value = "open";
  return true;
}

async function trying(secret: Bytes) {
  const sealed = await read();
  if (!sealed) return undefined;
  const candidate = await derive(bytes(bindingNow()), secret, sealed.salt, sealed.lock);
  const found = await unseal(candidate, sealed);
  return found && { with: candidate, found };
}

// close forgets the key and what it opened, in this tab.
export const close = (): void => shut("locked");

// closeElsewhere has the other tabs do the same.
export const closeElsewhere = (): void => tabs.postMessage(closing);

function shut(next: State): void {
  opened = undefined;
  entries.value = [];
  state.value = next;
}

// relock seals what there is under another lock. The vault has to be open or empty.
export async function relock(secret: Bytes, lock: LockInfo): Promise<void> {
  await alone(async () => {
    const found = await current();
    opened = await derive(await ownCookie(), secret, random(16), lock);
    await write(opened, found);
  });
}

// change edits the list of entries; edit may run on a fresher list than entries shows.
export async function change(edit: (list: readonly Entry[]) => readonly Entry[]): Promise<void> {
  await alone(async () => {
    const next = edit(await current());
    if (next.length > maxEntries) throw new Explained(t("codes.vault.full"));
    opened ??= await derive(await ownCookie(), noSecret, random(16), { kind: "none" });
    await write(opened, next);
  });
}

async function current(): Promise<readonly Entry[]> {
  const sealed = await read();
  if (!sealed) return [];
  const found = opened && (await unseal(opened, sealed));
  if (!found) throw new Explained(t(state.peek() === "lost" ? "codes.vault.lost.text" : "codes.vault.locked"));
  return found;
}

// ownCookie is had before anything is sealed for it.
const ownCookie = async (): Promise<Bytes> => bytes(await binding());

async function write(by: Opened, next: readonly Entry[]): Promise<void> {
  await store.put("vault", place, await seal(by, next));
  entries.value = next;
  state.value = "open";
  tabs.postMessage("changed");
}

// put adds seeds at the end, and gives those that were there already under any
// name. Seeds of a linked account take the place of what that account had.
export async function put(seeds: readonly Seed[], account?: string): Promise<{ added: Entry[]; known: Seed[] }> {
  let result: { added: Entry[]; known: Seed[] } = { added: [], known: [] };
  await change((list) => {
    const kept = account ? list.filter((entry) => entry.account !== account) : list;
    result = { added: [], known: [] };
    for (const seed of seeds) {
      const there = [...kept, ...result.added].some((entry) => sameCodes(entry, seed));
      if (there && !account) result.known.push(seed);
      else result.added.push({ ...seed, id: crypto.randomUUID(), ...(account && { account }) });
    }
    return [...kept, ...result.added];
  });
  return result;
}

// erase forgets the vault with its lock.
export async function erase(): Promise<void> {
  await alone(() => store.clear("vault"));
  shut("none");
  tabs.postMessage("changed");
}
