// One linked account of this browser: its keys, what it is asked, and what
// became of that. Views listen to its events: "pending", "live" and "gone".

import { Api, Problem } from "./api.js";
import { Clock } from "./clock.js";
import { draft } from "./draft.js";
import { makeKey } from "./keys.js";
import { follow } from "./live.js";
import { checkPin, makePin } from "./pin.js";
import { whereAmI } from "./place.js";
import { needsLocation } from "./policy.js";
import { checkReceipt } from "./receipt.js";
import * as store from "./store.js";
import { importSeed } from "./totp.js";

export class Session extends EventTarget {
  constructor(kept) {
    super();
    this.kept = kept;
    this.clock = new Clock(kept.offset);
    this.api = new Api(kept.key, this.clock);
    this.pending = [];
    this.live = "";
    this.loaded = false;
    this.keyChanged = false;
    this.stop = new AbortController();
  }

  // restore gives the session that this browser has, or undefined.
  static async restore() {
    const kept = await store.load();
    return kept && new Session(kept);
  }

  get linked() {
    return this.kept.linked;
  }

  get totp() {
    return this.kept.totp;
  }

  // start follows the pending requests until the account is gone.
  async start() {
    addEventListener("pagehide", () => this.stop.abort(), { once: true });
    this.refresh().catch(() => {});
    try {
      await follow(this.api, {
        signal: this.stop.signal,
        onList: (list) => this.take(list),
        onState: (live) => this.say("live", live),
      });
    } catch {
      await this.end();
    }
  }

  take(list) {
    const known = new Set(this.pending.map((challenge) => challenge.id));
    const first = !this.loaded;
    this.pending = list;
    this.loaded = true;
    const fresh = first ? [] : list.filter((challenge) => !known.has(challenge.id));
    this.dispatchEvent(new CustomEvent("pending", { detail: { fresh } }));
  }

  say(name, value) {
    if (this[name] === value) return;
    this[name] = value;
    this.dispatchEvent(new Event(name));
  }

  // refresh asks who this device belongs to. The server's key stays the one of
  // the day of linking: another one is shown, not taken.
  async refresh() {
    const linked = await this.api.account();
    this.clock.correct(Date.parse(linked.server_time));
    this.keyChanged = JSON.stringify(linked.server_key) !== JSON.stringify(this.linked.server_key);
    if (this.keyChanged) return;
    await this.keep({ linked, offset: this.clock.offset });
  }

  // configured are the methods that are set up in this browser.
  get configured() {
    return this.kept.pin ? ["pin_code"] : [];
  }

  // setPin keeps a PIN, or forgets it ("").
  async setPin(digits) {
    await this.keep({ pin: digits === "" ? undefined : await makePin(digits) });
  }

  checkPin(digits) {
    return checkPin(this.kept.pin, digits);
  }

  // answer gives { receipt, failure } once the receipt has proved the answer.
  // An approval that does not satisfy the question's policy is sent as a
  // failure. Pins are kept before they are sent, so that none is sent twice.
  async answer(challenge, { methods = [], ...wanted }) {
    const { question } = challenge;
    if (wanted.approve) wanted.facts = await this.facts(question.policy, methods);
    const app = question.application.id;
    const ready = await draft(question, this.linked.device.id, this.kept.pins?.[app], wanted);
    if (ready.pins) await this.keep({ pins: { ...this.kept.pins, [app]: ready.pins } });
    const { receipt, statement } = await this.api.answer(this.linked.device.id, challenge, ready);
    this.pending = this.pending.filter((other) => other.id !== challenge.id);
    this.dispatchEvent(new CustomEvent("pending", { detail: { fresh: [] } }));
    await checkReceipt(receipt, { statement, deviceKey: this.kept.key.jwk, serverKey: this.linked.server_key });
    return { receipt, failure: ready.decision.failure };
  }

  // facts are what this browser knows. It cannot tell whether the system under
  // it was tampered with.
  async facts(policy, methods) {
    const where = needsLocation(policy) ? await whereAmI() : {};
    return { methods, configured: this.configured, ...where, rooted: false, emulator: false, time: this.clock.now() };
  }

  // keep remembers a change of the account.
  async keep(change) {
    this.kept = { ...this.kept, ...change };
    await store.save(this.kept);
  }

  async unlink() {
    await this.api.unlink().catch((error) => {
      if (!(error instanceof Problem) || error.code !== "device_unknown") throw error;
    });
    await this.end();
  }

  // end forgets the account. Its keys are worthless by now.
  async end() {
    this.stop.abort();
    await store.forget();
    this.dispatchEvent(new Event("gone"));
  }
}

// Candidate is a key on its way to become a linked device.
export class Candidate {
  static async make() {
    const candidate = new Candidate();
    candidate.key = await makeKey();
    candidate.clock = new Clock();
    candidate.api = new Api(candidate.key, candidate.clock);
    return candidate;
  }

  // link joins by an invitation: { code } or { token }.
  async link(invitation, name) {
    const { code, token } = invitation;
    return this.finish(await (token ? this.api.linkByToken(token, name) : this.api.link(code, name)));
  }

  startPhone(phone, name) {
    return this.api.startPhoneLink(phone, name);
  }

  async finishPhone(enrollment, code, directory) {
    return this.finish(await this.api.finishPhoneLink(enrollment, code, directory));
  }

  async finish({ totp, ...linked }) {
    if (linked.device.key !== this.key.thumbprint) throw new Error("The server linked another key than this browser’s. Do not use this link.");
    this.clock.correct(Date.parse(linked.server_time));
    const kept = { key: this.key, linked, totp: totp && (await importSeed(totp)), offset: this.clock.offset };
    await store.save(kept);
    navigator.storage?.persist?.().catch(() => {});
    return new Session(kept);
  }
}
