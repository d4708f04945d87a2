// The vault opens for one browser, one secret and one kind of lock.

import assert from "node:assert/strict";
import test from "node:test";
import { byPeriod, matching, moved } from "../src/codes/arranging";
import { sheets } from "../src/codes/exporting";
import { read } from "../src/codes/reading";
import { newPin, pinPattern, pinSecret } from "../src/lock/pin";
import { derive, random, sameBytes, seal, unseal } from "../src/vault/sealing";

const entry = { id: "1", issuer: "Acme", label: "ann", secret: "JBSWY3DPEHPK3PXP", algorithm: "SHA1", digits: 6, period: 30 };
const cookie = new TextEncoder().encode("c".repeat(43));
const none = { kind: "none" };

test("a vault opens with what it was sealed with", async () => {
  const opened = await derive(cookie, new Uint8Array(), random(16), none);
  const sealed = await seal(opened, [entry]);
  assert.deepEqual(await unseal(opened, sealed), [entry]);
  assert.deepEqual(await unseal(await derive(cookie, new Uint8Array(), sealed.salt, none), sealed), [entry]);
  assert.ok(!opened.key.extractable, "the key cannot be read");
  assert.ok(!Buffer.from(JSON.stringify({ ...sealed, data: [...sealed.data] })).includes("JBSW"));
});

test("a copy of the storage opens nowhere else", async () => {
  const pin = newPin();
  const secret = await pinSecret("2580", pin);
  const sealed = await seal(await derive(cookie, secret, random(16), pin), [entry]);
  const other = new TextEncoder().encode("d".repeat(43));
  const attempts = {
    "another cookie": [other, secret, sealed.salt, sealed],
    "no cookie": [new Uint8Array(), secret, sealed.salt, sealed],
    "another PIN": [cookie, await pinSecret("2581", pin), sealed.salt, sealed],
    "no PIN": [cookie, new Uint8Array(), sealed.salt, sealed],
    "another salt": [cookie, secret, random(16), sealed],
    "another kind of lock": [cookie, secret, sealed.salt, { ...sealed, lock: none }],
    "changed data": [cookie, secret, sealed.salt, { ...sealed, data: sealed.data.map((byte, at) => (at === 3 ? byte ^ 1 : byte)) }],
  };
  for (const [name, [by, secretTried, salt, record]] of Object.entries(attempts)) {
    assert.equal(await unseal(await derive(by, secretTried, salt, record.lock), record), undefined, name);
  }
  assert.deepEqual(await unseal(await derive(cookie, secret, sealed.salt, pin), sealed), [entry]);
});

test("two seals of the same entries have nothing in common", async () => {
  const opened = await derive(cookie, new Uint8Array(), random(16), none);
  const [one, two] = [await seal(opened, [entry]), await seal(opened, [entry])];
  assert.ok(!sameBytes(one.iv, two.iv) && !sameBytes(one.data, two.data));
});

test("a PIN has four to twelve digits", () => {
  for (const good of ["0000", "123456789012"]) assert.match(good, pinPattern);
  for (const bad of ["", "123", "1234567890123", "12a4", "١٢٣٤", " 1234"]) assert.doesNotMatch(bad, pinPattern);
});

test("codes move among those that change with them", () => {
  const list = [["a", 30], ["b", 60], ["c", 30], ["d", 30]].map(([id, period]) => ({ id, period }));
  const order = (id, by) => moved(list, id, by).map((one) => one.id).join("");
  assert.equal(order("a", 1), "bcad");
  assert.equal(order("c", -1), "cabd");
  assert.equal(order("d", 1), "abcd");
  assert.equal(order("b", 1), "abcd");
  assert.equal(order("x", 1), "abcd");
  assert.deepEqual(byPeriod(list).map(([period, codes]) => [period, codes.length]), [[30, 3], [60, 1]]);
});

test("a search finds all of its words in any case", () => {
  const all = [{ issuer: "GitHub", label: "Ann" }, { issuer: "Git Lab", label: "bob" }];
  assert.deepEqual(matching(all, " hub ann"), [all[0]]);
  assert.deepEqual(matching(all, "GIT"), all);
  assert.deepEqual(matching(all, "git carl"), []);
  assert.deepEqual(matching(all, ""), all);
});

test("what another app cannot be told in one picture gets its own", () => {
  const seeds = [entry, { ...entry, period: 60 }, { ...entry, digits: 7 }].map(({ id, ...seed }) => seed);
  const made = sheets(seeds);
  assert.equal(made.length, 3);
  const found = made.flatMap(({ text }) => {
    const reading = read(text);
    return reading.kind === "batch" ? reading.batch.found.seeds : reading.found.seeds;
  });
  assert.deepEqual(found, seeds);
});
