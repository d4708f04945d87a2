// The lock of this browser: a PIN or a passkey that opens the vault, asked when
// the app is opened, after a while out of sight, and wherever the person has to
// show that it is them.

import { computed, signal } from "@preact/signals";
import { leaveBy } from "../account/farewell";
import type { Method } from "../state/account";
import { replace } from "../router";
import { accounts, load, onRemoved } from "../state/accounts";
import { lockAfter } from "../state/settings";
import * as vault from "../vault/vault";
import { toast } from "../ui/announce";
import { Explained, t } from "../words";
import { makePasskey, passkeySecret } from "./passkey";
import { newPin, pinPattern, pinSecret } from "./pin";
import { begin, forgive, maxTries, tries } from "./tries";

export { require, Unproved } from "./require";

export type Kind = vault.LockInfo["kind"];

export const kind = signal<Kind>("none");

// locked: nothing is shown before the person has unlocked.
export const locked = signal(false);

const methods: Record<Kind, Method[]> = { none: [], pin: ["pin_code"], passkey: ["passkey"] };

// configured are the methods that this browser could prove the person by.
export const configured = computed<Method[]>(() => methods[kind.value]);

// startLock reads what is kept. With a lock, the app begins locked.
export async function startLock(): Promise<void> {
  await look();
  vault.onChanged(() => void look());
  onRemoved((account) => forget(account.id));
  document.addEventListener("visibilitychange", watch);
}

async function look(): Promise<void> {
  kind.value = (await vault.look()).kind;
  locked.value = kind.value !== "none" && vault.state.value !== "open";
}

// forget drops the codes of an account that was unlinked. A locked vault keeps
// them until it is opened: see prune.
async function forget(account: string): Promise<void> {
  if (!vault.entries.peek().some((entry) => entry.account === account)) return;
  await vault.change((list) => list.filter((entry) => entry.account !== account));
}

// prune reads the accounts anew, for another tab may have linked one.
async function prune(): Promise<void> {
  await load();
  const linked = new Set(accounts.peek().map(({ id }) => id));
  const orphan = ({ account }: vault.Entry) => account !== undefined && !linked.has(account);
  if (vault.entries.peek().some(orphan)) await vault.change((list) => list.filter((entry) => !orphan(entry)));
}

let hiddenSince = 0;

// Out of sight for long enough, the app locks itself; whoever looks at it again
// finds it locked even where the browser had put its timers to sleep.
function watch(): void {
  if (document.hidden) hiddenSince = Date.now();
  else if (hiddenSince > 0 && long(Date.now() - hiddenSince)) lockNow();
  else hiddenSince = 0;
  clearTimeout(timer);
  if (document.hidden) timer = setTimeout(() => { if (document.hidden) lockNow(); }, lockAfter.peek() * 60_000);
}

let timer: ReturnType<typeof setTimeout> | undefined;

// long: a clock that was set back says nothing, which is taken for long.
const long = (away: number): boolean => away < 0 || away >= lockAfter.peek() * 60_000;

// lockAll locks this browser, in every tab that shows the app.
export function lockAll(): void {
  lockNow();
  vault.closeElsewhere();
}

// lockNow locks this tab; without a PIN or a passkey there is nothing to lock.
export function lockNow(): void {
  if (kind.peek() === "none") return;
  vault.close();
  locked.value = true;
}

// WrongPin says how many tries are left, and until when none is taken.
export class WrongPin extends Explained {
  constructor(readonly left: number, readonly until: number) {
    super(left > 0 ? t("codes.pin.wrong", { n: left }) : t("codes.pin.wiped"));
  }
}

// Waiting is thrown for a PIN that came too early; it was not looked at.
export class Waiting extends Explained {
  constructor(readonly until: number) {
    super(t("codes.pin.wait"));
  }
}

// checkPin gives the secret of the right PIN. Each wrong one counts, in whatever
// tab or screen, and the tenth wipes.
async function checkPin(digits: string): Promise<vault.Bytes> {
  return navigator.locks.request("twinseal-lock", async () => {
    const info = await vault.lockInfo();
    if (info.kind !== "pin") throw new Explained(t("codes.pin.gone"));
    if (!pinPattern.test(digits)) throw new Explained(t("codes.pin.form"));
    const { until } = await tries();
    if (until > Date.now()) throw new Waiting(until);
    const counted = await begin(Date.now());
    const secret = await pinSecret(digits, info);
    if (await vault.opens(secret)) {
      await forgive();
      return secret;
    }
    if (counted.wrong >= maxTries) {
      await wipe();
      toast(t("codes.pin.wiped"));
    }
    throw new WrongPin(maxTries - counted.wrong, counted.until);
  }) as Promise<vault.Bytes>;
}

async function checkPasskey(): Promise<vault.Bytes> {
  const info = await vault.lockInfo();
  if (info.kind !== "passkey") throw new Explained(t("codes.passkey.failed"));
  const secret = await passkeySecret(info);
  if (!(await vault.opens(secret))) throw new Explained(t("codes.passkey.other"));
  return secret;
}

// prove shows that it is the person: by the PIN where digits are given, or by the
// passkey.
export async function prove(digits?: string): Promise<Method> {
  await (digits === undefined ? checkPasskey() : checkPin(digits));
  return digits === undefined ? "passkey" : "pin_code";
}

// unlock opens the app by the PIN or the passkey.
export async function unlock(digits?: string): Promise<void> {
  const secret = await (digits === undefined ? checkPasskey() : checkPin(digits));
  await vault.open(secret);
  locked.value = false;
  hiddenSince = 0;
  await prune();
}

// setPin locks by a PIN from now on. Changing a lock is for whoever proved it.
export async function setPin(digits: string): Promise<void> {
  if (!pinPattern.test(digits)) throw new Explained(t("codes.pin.form"));
  const info = newPin();
  await forgive();
  await vault.relock(await pinSecret(digits, info), info);
  kind.value = "pin";
}

export async function setPasskey(): Promise<void> {
  const { passkey, secret } = await makePasskey();
  await forgive();
  await vault.relock(secret, passkey);
  kind.value = "passkey";
}

// clear takes the lock away; the vault stays bound to this browser.
export async function clear(): Promise<void> {
  await vault.relock(new Uint8Array(), { kind: "none" });
  await forgive();
  kind.value = "none";
}

// wipe forgets the codes and every account, and unlinks what can be reached: a
// server that cannot keeps a device without a key.
export async function wipe(): Promise<void> {
  await vault.erase();
  await Promise.all(accounts.peek().map((account) => leaveBy(account, "here", () => account.unlink().catch(() => {}))));
  kind.value = "none";
  locked.value = false;
  replace();
}
