// One linked account of this browser: its key, what it is asked, and what
// became of that.

import { computed, signal } from "@preact/signals";
import { Clock } from "../../../../protocol/modules/clock.js";
import { draft } from "../../../../protocol/modules/draft.js";
import { whereAmI } from "../../../../protocol/modules/place.js";
import { needsLocation } from "../../../../protocol/modules/policy.js";
import { signable } from "../../../../protocol/modules/question.js";
import { checkReceipt } from "../../../../protocol/modules/receipt.js";
import { Api, type Draft } from "../wire/api";
import { Problem } from "../wire/problem";
import type { AccountInfo, Challenge, Key, Policy, Receipt } from "../wire/types";
import * as store from "./store";

export type Live = "live" | "polling" | "offline" | "";

// Method is a way in which the person just proved to this browser who they are.
export type Method = "pin_code" | "passkey";

// Kept is an account as it stands in the store.
export interface Kept {
  id: string; // the thumbprint of the key
  server: string; // an origin, or "" for the one that served this page
  key: Key;
  linked: AccountInfo;
  offset: number; // of the server's clock, in milliseconds
  pins?: Record<string, unknown>; // what LaunchKey's answers count by, for each application
  totp?: unknown; // a seed as the first version kept it
  name?: string; // what the person calls the account
}

// Decision is what the person decided, before the question's policy is judged.
export interface Decision {
  approve?: boolean;
  methods?: Method[];
  match?: string;
  reason?: string;
  reasonID?: string;
  fraud?: boolean;
  failure?: string;
}

export interface Answered {
  receipt: Receipt;
  failure?: string; // why an approval was not enough
  doubt?: unknown; // why the receipt does not prove the answer, which counts all the same
}

export class Account {
  readonly id: string;
  readonly server: string;
  readonly api: Api;
  readonly clock: Clock;
  readonly info = signal<AccountInfo>(undefined as unknown as AccountInfo);
  readonly given = signal(""); // what the person calls it
  readonly pending = signal<Challenge[]>([]);
  readonly fresh = signal<Challenge[]>([]); // those that the last list added
  readonly live = signal<Live>("");
  readonly loaded = signal(false); // the first list has arrived
  readonly keyChanged = signal(false); // the server shows another sealing key than on the day of linking
  readonly unbound = signal(false); // this browser lost what the server bound the account to
  readonly title = computed(() => this.given.value || this.info.value.branding?.name || this.info.value.directory.name);
  readonly who = computed(() => {
    const { user } = this.info.value;
    return user.email || user.phone || user.alias || user.id;
  });

  constructor(private kept: Kept) {
    this.id = kept.id;
    this.server = kept.server;
    this.clock = new Clock(kept.offset);
    this.api = new Api(kept.key, this.clock, kept.server);
    this.info.value = kept.linked;
    this.given.value = kept.name ?? "";
  }

  get key(): Key {
    return this.kept.key;
  }

  // seed is the account's code as the first version of this app kept it.
  get seed(): unknown {
    return this.kept.totp;
  }

  // take is told every list of what waits for an answer.
  take(list: Challenge[]): void {
    const known = new Set(this.pending.peek().map((challenge) => challenge.id));
    this.fresh.value = this.loaded.peek() ? list.filter((challenge) => !known.has(challenge.id)) : [];
    this.pending.value = list;
    this.loaded.value = true;
  }

  // refresh asks who this device belongs to. The server's key stays the one of
  // the day of linking: another one is shown, not taken.
  async refresh(): Promise<void> {
    const linked = await this.api.account().catch((error: unknown) => {
      this.unbound.value = error instanceof Problem && error.code === "device_unbound";
      throw error;
    });
    this.unbound.value = false;
    this.clock.correct(Date.parse(linked.server_time));
    this.keyChanged.value = JSON.stringify(linked.server_key) !== JSON.stringify(this.kept.linked.server_key);
    if (this.keyChanged.value) return;
    await this.keep({ linked, offset: this.clock.offset });
  }

  // answer gives the receipt, and whether it proves the answer. An approval that
  // does not satisfy the question's policy is sent as a failure. Pins are kept
  // before they are sent, so that none is sent twice.
  async answer(challenge: Challenge, decision: Decision, configured: Method[] = []): Promise<Answered> {
    const { question } = challenge;
    const { device: { id: device }, user } = this.kept.linked;
    if (!signable(challenge, user.id)) throw new Error("what cannot be shown, or asks somebody else, is not signed");
    const app = question.application.id;
    const facts = decision.approve ? await this.facts(question.policy, decision.methods ?? [], configured) : undefined;
    const ready: Draft = await draft(question, device, this.kept.pins?.[app], { ...decision, ...(facts && { facts }) });
    if (ready.pins) await this.keep({ pins: { ...this.kept.pins, [app]: ready.pins } });
    const { receipt, statement } = await this.api.answer(device, challenge, ready);
    this.settle(challenge.id);
    const doubt = await this.check(receipt, statement).then(() => undefined, (error: unknown) => error);
    return { receipt, failure: ready.decision.failure, doubt };
  }

  // check throws when a receipt does not prove what it says.
  async check(receipt: Receipt, statement?: string): Promise<void> {
    await checkReceipt(receipt, { statement, deviceKey: this.key.jwk, serverKey: this.kept.linked.server_key });
  }

  // settle takes a request off the list before the next list does.
  settle(id: string): void {
    this.pending.value = this.pending.peek().filter((other) => other.id !== id);
  }

  // rename changes what the person calls the account, here alone.
  async rename(name: string): Promise<void> {
    this.given.value = name;
    await this.keep({ name });
  }

  // unlink tells the server; whoever calls it removes the account from the list.
  async unlink(): Promise<void> {
    await this.api.unlink().catch((error: unknown) => {
      if (!(error instanceof Problem) || error.code !== "device_unknown") throw error;
    });
  }

  // keep remembers a change of the account.
  async keep(change: Partial<Kept>): Promise<void> {
    this.kept = { ...this.kept, ...change };
    if (change.linked) this.info.value = change.linked;
    await store.put("accounts", this.id, this.kept);
  }

  // facts are what this browser knows. It cannot tell whether the system under
  // it was tampered with.
  private async facts(policy: Policy | undefined, methods: Method[], configured: Method[]) {
    const where = policy && needsLocation(policy) ? await whereAmI() : {};
    return { methods, configured, ...where, rooted: false, emulator: false, time: this.clock.now() };
  }
}
