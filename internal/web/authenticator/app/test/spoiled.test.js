// Whatever stands in a picture or a file, reading it ends in accounts that can
// be used or in a reason, and no reason repeats a secret.

import assert from "node:assert/strict";
import test from "node:test";
import { importSeed } from "../../../protocol/modules/totp.js";
import { Unreadable } from "../src/codes/found";
import { fields, Broken } from "../src/codes/protobuf";
import { read } from "../src/codes/reading";
import { seedFrom } from "../src/codes/seed";
import { fixture, numbers, spoil } from "./support.js";

const faults = ["counter", "steam", "kind", "algorithm", "digits", "period", "secret", "shape"];

async function check(text) {
  let reading;
  try {
    reading = read(text);
    if (reading.kind === "sealed") return;
  } catch (error) {
    assert.ok(error instanceof Unreadable, `${error.stack}\nfor ${text.slice(0, 300)}`);
    return;
  }
  const { seeds, refused } = reading.kind === "batch" ? reading.batch.found : reading.found;
  for (const seed of seeds) {
    assert.deepEqual(seedFrom(seed), seed, "a seed is what it would be read as");
    await importSeed(seed);
  }
  for (const { name, fault } of refused) {
    assert.ok(faults.includes(fault));
    assert.ok(!/[A-Z2-7]{26}/.test(name) || !text.includes(`secret=${name}`));
  }
}

const samples = [
  fixture("aegis-plain.json"), fixture("2fas-plain.2fas"), fixture("aegis-sealed.json"), ...fixture("google.txt").trim().split("\n"),
  "otpauth://totp/Big%20Co:ann?secret=JBSWY3DPEHPK3PXP&issuer=Big%20Co&algorithm=SHA256&digits=8&period=60",
];

test("spoiled exports end in accounts or in a reason", async () => {
  const random = numbers(7);
  for (let i = 0; i < 1500; i++) await check(spoil(samples[random(samples.length)], random));
});

// replaced walks a document and puts something of another kind into one place.
function replaced(value, random) {
  const odd = [null, 0, -1, 1e300, "", "x", true, [], {}, [[]], "9".repeat(5000), { __proto__: null, toString: 1 }];
  if (typeof value !== "object" || value === null || random(5) === 0) return odd[random(odd.length)];
  const keys = Object.keys(value);
  if (keys.length === 0) return odd[random(odd.length)];
  const key = keys[random(keys.length)];
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[key] = replaced(value[key], random);
  return copy;
}

test("members of other kinds end in accounts or in a reason", async () => {
  const random = numbers(11);
  const documents = samples.filter((text) => text.startsWith("{")).map((text) => JSON.parse(text));
  for (let i = 0; i < 1000; i++) await check(JSON.stringify(replaced(documents[random(documents.length)], random)));
});

test("any bytes are a message or broken", async () => {
  const random = numbers(3);
  for (let i = 0; i < 4000; i++) {
    const message = Uint8Array.from({ length: random(40) }, () => (random(3) ? random(256) : [0x0a, 0x10, 0xff, 0x80, 0][random(5)]));
    try {
      const total = fields(message).reduce((sum, field) => sum + ("bytes" in field ? field.bytes.length : 0), 0);
      assert.ok(total <= message.length);
    } catch (error) {
      assert.ok(error instanceof Broken, `${error.stack}`);
    }
    await check(`otpauth-migration://offline?data=${encodeURIComponent(btoa(String.fromCharCode(...message)))}`);
  }
});
