// What the screens of requests decide by themselves: what is a flood, what of a
// past may be shown, and how a flood is denied.

import assert from "node:assert/strict";
import test from "node:test";
import { hash } from "../../../protocol/modules/encode.js";
import { sign } from "../../../protocol/modules/jws.js";
import { makeKey } from "../../../protocol/modules/keys.js";
import { denial } from "../src/requests/denial";
import { matters } from "../src/requests/flood";
import { deniedSince } from "../src/requests/pastdenials";
import { Doubt, prove } from "../src/requests/proved";
import { behind, entries } from "../src/requests/timeline";
import { visible } from "../src/ui/visible";

const noon = Date.parse("2026-03-01T12:00:00.000Z");
const at = (seconds) => new Date(noon + 1000 * seconds).toISOString();
const asked = (id, seconds, application = "bank", account = "ann") => ({
  account: { id: account },
  challenge: { id, state: "approved", question: { application: { id: application }, created_at: at(seconds) } },
});
const folded = (list) => matters(list).map(({ requests }) => requests.map(({ challenge }) => challenge.id).join(" "));

test("the fourth request of one application within five minutes makes a flood", () => {
  const four = [asked("a", 0), asked("b", 60), asked("c", 120), asked("d", 300)];
  assert.deepEqual(folded(four), ["d c b a"]);
  assert.deepEqual(folded(four.slice(1)), ["d", "c", "b"]);
  assert.deepEqual(folded([...four.slice(1), asked("a", -1)]), ["d", "c", "b", "a"]);
});

test("what is no part of a flood stands beside it, newest first", () => {
  const list = [asked("old", -4000), asked("a", 0), asked("b", 1), asked("shop", 2, "shop"), asked("c", 3), asked("bob", 4, "bank", "bob"), asked("d", 5), asked("late", 900)];
  assert.deepEqual(folded(list), ["late", "d c b a", "bob", "shop", "old"]);
});

test("a slow stream of requests is one flood as long as each window is full", () => {
  assert.deepEqual(folded([0, 100, 200, 300, 400, 500].map((seconds) => asked(String(seconds), seconds))), ["500 400 300 200 100 0"]);
});

test("a past waits until nothing can be missing in between", () => {
  const chapter = (account, next, ...seconds) => ({ account, next, challenges: seconds.map((one) => asked(`${account}${one}`, one).challenge) });
  const shown = (...chapters) => entries(chapters).map(({ challenge }) => challenge.id).join(" ");
  assert.equal(shown(chapter("a", "", 9, 5, 1), chapter("b", "", 7, 3)), "a9 b7 a5 b3 a1");
  assert.equal(shown(chapter("a", "more", 9, 5), chapter("b", "", 7, 3)), "a9 b7 a5");
  assert.equal(shown(chapter("a", "more", 9, 5), chapter("b", "more", 7, 6)), "a9 b7 b6");
  assert.deepEqual(behind([chapter("a", "more", 9, 5), chapter("b", "more", 7, 6)]), ["b"]);
  assert.deepEqual(behind([chapter("a", "more"), chapter("b", "more", 7)]), ["a"]);
  assert.deepEqual(behind([chapter("a", "", 9)]), []);
});

test("a denial counts for an hour, one by a device that fell short does not", () => {
  const past = (state, more) => [{ state, answered_at: at(0), ...more }];
  const cases = [
    [past("denied"), 3599, true], [past("denied"), 3600, false], [past("approved"), 1, false], [past("expired"), 1, false],
    [past("denied", { failure: "authentication" }), 1, true], [past("denied", { failure: "permission" }), 1, false], [[], 1, false],
  ];
  for (const [list, seconds, wanted] of cases) assert.equal(deniedSince(list, noon + 1000 * seconds), wanted, JSON.stringify([list, seconds]));
});

test("a flood is denied by the application's own reason that says the same", () => {
  const reasons = [{ id: "a", text: "Too late", fraud: false }, { id: "b", text: "Not me", fraud: true }];
  assert.deepEqual(denial({ reasons }, true), { approve: false, reasonID: "b", fraud: true });
  assert.deepEqual(denial({ reasons }, false), { approve: false, reasonID: "a", fraud: false });
  assert.deepEqual(denial({ reasons: reasons.slice(0, 1) }, true), { approve: false, reasonID: "a", fraud: false });
  assert.deepEqual(denial({}, true), { approve: false, reason: "not started by me", fraud: true });
  assert.deepEqual(denial({}, false), { approve: false, reason: "", fraud: false });
});

const challenge = { id: "req-1", state: "approved", question: { application: { id: "bank" }, challenge: "req-1", message: "Pay?" } };

// answered is a receipt as a server gives it for a statement.
async function answered(device, server, statement, about = "req-1") {
  const signed = await sign(device.privateKey, { alg: "ES256", kid: device.thumbprint, typ: "twinseal-statement+jwt" }, statement);
  const seal = { type: "twinseal.seal.v1", challenge: about, device: device.thumbprint, event: "evt-1", received_at: "2026-03-01T12:00:00.000Z", statement: await hash(signed) };
  return {
    type: "twinseal.receipt.v1", statement: signed, device_key: device.jwk, server_key: server.jwk,
    seal: await sign(server.privateKey, { alg: "ES256", kid: server.thumbprint, typ: "twinseal-seal+jwt" }, seal),
  };
}

test("a receipt proves what is shown beside it, or it says what is wrong", async () => {
  const [device, server, stranger] = await Promise.all([makeKey(), makeKey(), makeKey()]);
  const statement = { question: challenge.question, decision: "approved", device: { id: "d", key: device.thumbprint } };
  const good = await answered(device, server, statement);
  const proved = await prove(good, challenge, server.jwk);
  assert.equal(proved.seal.event, "evt-1");
  assert.equal(proved.statement.device.id, "d");
  assert.equal(proved.serverKey, server.thumbprint);
  const cases = {
    "seal of a stranger": [await answered(device, stranger, statement), challenge, "seal"],
    "another statement": [{ ...good, statement: (await answered(device, server, { ...statement, decision: "denied" })).statement }, challenge, "seal"],
    "another question": [await answered(device, server, { ...statement, question: { ...challenge.question, message: "Pay all?" } }), challenge, "question"],
    "another request": [await answered(device, server, statement, "req-2"), challenge, "question"],
    "another decision": [good, { ...challenge, state: "denied" }, "decision"],
  };
  for (const [name, [receipt, beside, about]] of Object.entries(cases)) {
    await assert.rejects(prove(receipt, beside, server.jwk), (error) => error instanceof Doubt && error.about === about, name);
  }
});

test("nothing in what others wrote stays hidden", () => {
  const cases = {
    "two\nlines\tand tabs": "two\nlines\tand tabs",
    "1\u202E000 €\u202C": "1\uFFFD000 €\uFFFD",
    "zero\u200Bwidth\u2060\uFEFF": "zero\uFFFDwidth\uFFFD\uFFFD",
    "a\u2028b\u2029c\r\u0000": "a\uFFFDb\uFFFDc\uFFFD\uFFFD",
    "tags \u{E0041}": "tags \uFFFD",
    "pay\u200Dpal": "pay\uFFFDpal",
    "👩\u200D👧 می\u200Cخواهم": "👩\u200D👧 می\u200Cخواهم",
  };
  for (const [text, shown] of Object.entries(cases)) assert.equal(visible(text), shown);
});
