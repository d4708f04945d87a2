// What other apps export is read as they meant it, and nothing else is.

import assert from "node:assert/strict";
import test from "node:test";
import { Batches } from "../src/codes/batches";
import { Unreadable } from "../src/codes/found";
import { read } from "../src/codes/reading";
import { fixture } from "./support.js";

const ferry = { issuer: "Ferry Line", label: "ann@example.org", secret: "46HSXV75BVY242F23CYOLLKOXA", algorithm: "SHA1", digits: 6, period: 30 };

const why = async (work) => {
  const error = await Promise.resolve().then(work).then(() => undefined, (error) => error);
  assert.ok(error instanceof Unreadable, `${error}`);
  return error.why;
};

const aegis = {
  seeds: [
    ferry,
    { issuer: "Café “Späti”", label: "Zoë", secret: "OEUXEBNPU5OZ5RLVGDT5HIKT5M", algorithm: "SHA256", digits: 7, period: 20 },
    { issuer: "Lighthouse", label: "", secret: "T7VI2PVDIV6EGJ3RNQJNKSDNTY", algorithm: "SHA512", digits: 8, period: 50 },
  ],
  refused: [
    { name: "Old Bank · carl@example.org", fault: "counter" },
    { name: "Game Shop · dora", fault: "steam" },
    { name: "Ya · y", fault: "kind" },
  ],
};

const twofas = {
  seeds: [
    ferry,
    { issuer: "Mein Konto", label: "", secret: "T7VI2PVDIV6EGJ3RNQJNKSDNTY", algorithm: "SHA512", digits: 8, period: 60 },
    { issuer: "Bare", label: "", secret: "OEUXEBNPU5OZ5RLVGDT5HIKT5M", algorithm: "SHA1", digits: 6, period: 30 },
  ],
  refused: [
    { name: "Old Bank · carl", fault: "counter" },
    { name: "Steam · dora", fault: "steam" },
    { name: "Old · old", fault: "algorithm" },
  ],
};

test("a plain Aegis file is read", () => {
  assert.deepEqual(read(fixture("aegis-plain.json")), { kind: "found", found: aegis });
});

test("a sealed Aegis file opens with its password and no other", async () => {
  const reading = read(fixture("aegis-sealed.json"));
  assert.equal(reading.kind, "sealed");
  assert.equal(await why(() => reading.open("wrong horse")), "password");
  assert.deepEqual(await reading.open("correct horse"), aegis);
});

test("a sealed Aegis file is not opened at any price", async () => {
  const sealed = JSON.parse(fixture("aegis-sealed.json"));
  const slot = sealed.header.slots[1];
  const variants = {
    costly: [{ ...slot, n: 2 ** 21 }, { ...slot, n: 32767 }, { ...slot, r: 1000 }, { ...slot, p: 99 }, { ...slot, n: "32768" }],
    damaged: [{ ...slot, salt: "zz" }, { ...slot, key: slot.key.slice(2) }, { ...slot, key_params: null }],
    key: [{ ...slot, type: 2 }],
  };
  for (const [wanted, slots] of Object.entries(variants)) {
    for (const changed of slots) {
      const reading = read(JSON.stringify({ ...sealed, header: { ...sealed.header, slots: [changed] } }));
      assert.equal(await why(() => reading.open("correct horse")), wanted);
    }
  }
  const many = read(JSON.stringify({ ...sealed, header: { ...sealed.header, slots: Array(6).fill(slot) } }));
  assert.equal(await why(() => many.open("x")), "costly");
});

test("a plain 2FAS backup is read", () => {
  assert.deepEqual(read(fixture("2fas-plain.2fas")), { kind: "found", found: twofas });
});

test("a sealed 2FAS backup opens with its password and no other", async () => {
  const reading = read(fixture("2fas-sealed.2fas"));
  assert.equal(reading.kind, "sealed");
  assert.equal(await why(() => reading.open("wrong")), "password");
  assert.deepEqual(await reading.open("пароль 2fas"), twofas);
});

test("the pictures of a Google export are put together in any order", () => {
  const batches = fixture("google.txt").trim().split("\n").map((line) => read(line).batch);
  const [first, second] = batches;
  const begun = Batches.of(second);
  assert.deepEqual(begun.missing, [1]);
  assert.deepEqual(begun.add(second).missing, [1], "the same picture twice");
  const whole = begun.add(first);
  assert.deepEqual(whole.missing, []);
  assert.deepEqual(whole.found, {
    seeds: [
      ferry,
      { issuer: "Späti", label: "Zoë", secret: "T7VI2PVDIV6EGJ3RNQJNKSDNTY", algorithm: "SHA512", digits: 8, period: 30 },
      { issuer: "Acme Inc", label: "bob", secret: "OEUXEBNPU5OZ5RLVGDT5HIKT5M", algorithm: "SHA1", digits: 6, period: 30 },
    ],
    refused: [{ name: "Old Bank · carl", fault: "counter" }, { name: "MD · old", fault: "algorithm" }],
  });
  assert.deepEqual(whole.add({ ...first, id: 1 }).missing, [2], "a picture of another export starts anew");
});

test("a list of addresses is read line by line", () => {
  const { found } = read("\ufeffotpauth://totp/A?secret=MFRGG\r\n\r\notpauth://hotp/B?secret=MFRGG&counter=1\r\nhello\n");
  assert.deepEqual(found.seeds.map(({ label }) => label), ["A"]);
  assert.deepEqual(found.refused, [{ name: "B", fault: "counter" }, { name: "", fault: "shape" }]);
});

test("what is no export says so", async () => {
  const cases = {
    "": "unknown", "hello": "unknown", "null": "unknown", "[]": "unknown", "{}": "unknown", "{": "unknown", "https://example.org/": "unknown",
    '{"header":{},"db":{}}': "damaged", '{"header":{},"db":null}': "damaged", '{"services":7}': "damaged",
    "otpauth-migration://offline?data=": "damaged", "otpauth-migration://offline?data=%%%": "damaged", "otpauth-migration://offline?data=AAAA": "damaged",
    "otpauth-migration://elsewhere?data=CgA": "damaged", "otpauth-migration://offline?data=GAAgBQ%3D%3D": "damaged",
  };
  for (const [text, wanted] of Object.entries(cases)) assert.equal(await why(() => read(text)), wanted, text);
  assert.equal(await why(() => read(JSON.stringify({ services: Array(1001).fill({}) }))), "many");
  assert.equal(await why(() => read("otpauth://x\n".repeat(1001))), "many");
  assert.equal(await why(() => read(" ".repeat(2 ** 24 + 1))), "large");
  // a million empty accounts are two million bytes, and some gigabytes once they are looked at
  assert.equal(await why(() => read(`otpauth-migration://offline?data=${btoa("\n\0".repeat(1_000_000))}`)), "large");
});
