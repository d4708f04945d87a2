// One address at a time: what is taken, what is refused, and why.

import assert from "node:assert/strict";
import { scryptSync } from "node:crypto";
import test from "node:test";
import { readMigration, writeMigration } from "../src/codes/migration";
import { readAddress, writeAddress } from "../src/codes/otpauth";
import { affordable, scrypt } from "../src/codes/scrypt";
import { cleanName, sameCodes, seedFrom } from "../src/codes/seed";
import { numbers } from "./support.js";

const plain = { issuer: "", label: "", secret: "JBSWY3DPEHPK3PXP", algorithm: "SHA1", digits: 6, period: 30 };

test("addresses are read as every authenticator reads them", () => {
  const cases = {
    "otpauth://totp/ACME:ann?secret=JBSWY3DPEHPK3PXP": { issuer: "ACME", label: "ann" },
    "OTPAUTH://TOTP/ann?secret=jbswy3dpehpk3pxp": { label: "ann" },
    "otpauth://totp/?secret=JBSW-Y3DP EHPK 3PXP====": {},
    "otpauth://totp/Big%20Co%3A%20ann%40b.co?secret=JBSWY3DPEHPK3PXP&issuer=Big+Co": { issuer: "Big Co", label: "ann@b.co" },
    "otpauth://totp/Old:ann:two?secret=JBSWY3DPEHPK3PXP&issuer=New&image=https%3A%2F%2Fx": { issuer: "New", label: "ann:two" },
    "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&algorithm=sha-512&digits=8&period=60#frag": { label: "a", algorithm: "SHA512", digits: 8, period: 60 },
    "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&algorithm=HmacSHA256&digits=&period=": { label: "a", algorithm: "SHA256" },
    "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&algorithm=": { label: "a" },
    "otpauth://totp/%E2%80%AEevil%00%0Aname?secret=JBSWY3DPEHPK3PXP": { label: "evil name" },
  };
  for (const [address, wanted] of Object.entries(cases)) assert.deepEqual(readAddress(address), { seeds: [{ ...plain, ...wanted }], refused: [] }, address);
});

test("what would make other codes than the service expects is refused", () => {
  const cases = {
    "otpauth://hotp/A:b?secret=JBSWY3DPEHPK3PXP&counter=0": ["A · b", "counter"],
    "otpauth://steam/A:b?secret=JBSWY3DPEHPK3PXP": ["A · b", "steam"],
    "otpauth://totp/A:b?secret=JBSWY3DPEHPK3PXP&encoder=steam": ["A · b", "steam"],
    "otpauth://motp/A:b?secret=JBSWY3DPEHPK3PXP": ["A · b", "kind"],
    "otpauth://totp/b": ["", "shape"],
    "otpauth://totp/b?issuer=A": ["A · b", "secret"],
    "otpauth://totp/b?secret=": ["b", "secret"],
    "otpauth://totp/b?secret=JBSWY3DPEHPK3PX1": ["b", "secret"],
    "otpauth://totp/b?secret=JBSWY3": ["b", "secret"],
    "otpauth://totp/b?secret=A": ["b", "secret"],
    [`otpauth://totp/b?secret=${"A".repeat(208)}`]: ["b", "secret"],
    "otpauth://totp/b?secret=MFRGG&secret=MFRGGZDF": ["b", "shape"],
    "otpauth://totp/b?secret=MFRGG&digits=6&digits=8": ["b", "shape"],
    "otpauth://totp/b?secret=MFRGG&digits=5": ["b", "digits"],
    "otpauth://totp/b?secret=MFRGG&digits=9": ["b", "digits"],
    "otpauth://totp/b?secret=MFRGG&digits=6.0": ["b", "digits"],
    "otpauth://totp/b?secret=MFRGG&period=0": ["b", "period"],
    "otpauth://totp/b?secret=MFRGG&period=-30": ["b", "period"],
    "otpauth://totp/b?secret=MFRGG&period=3601": ["b", "period"],
    "otpauth://totp/b?secret=MFRGG&algorithm=MD5": ["b", "algorithm"],
    "otpauth://totp/%ff?secret=MFRGG": ["", "shape"],
    [`otpauth://totp/${"b".repeat(4300)}?secret=MFRGG`]: ["", "shape"],
  };
  for (const [address, [name, fault]] of Object.entries(cases)) assert.deepEqual(readAddress(address), { seeds: [], refused: [{ name, fault }] }, address);
});

test("names are cut and cleaned of what cannot be seen", () => {
  assert.equal(cleanName(" a\u200b\u202eb\tc\ud800 "), "ab c");
  assert.equal([...cleanName("😀".repeat(300))].length, 120);
});

// anySeed makes seeds of every kind that is taken.
function anySeed(random) {
  const letters = ["a", "Ü", "漢", "😀", ":", " ", "%", "&", "+", "#", "?", "/", "\\", '"'];
  const name = () => cleanName(Array.from({ length: random(12) }, () => letters[random(letters.length)]).join(""));
  return seedFrom({
    issuer: name().replaceAll(":", ""), label: name().replaceAll(":", ""), secret: Uint8Array.from({ length: 1 + random(128) }, () => random(256)),
    algorithm: ["SHA1", "SHA256", "SHA512"][random(3)], digits: 6 + 2 * random(2), period: 30,
  });
}

test("what is written is read back", () => {
  const random = numbers(1);
  for (let i = 0; i < 100; i++) {
    const seeds = Array.from({ length: 1 + random(25) }, () => anySeed(random));
    const parts = writeMigration(seeds, random(2 ** 31) - 2 ** 30).map(readMigration);
    assert.deepEqual(parts.flatMap(({ found }) => found.seeds), seeds);
    assert.ok(parts.every(({ size, index, id }, at) => size === parts.length && index === at && id === parts[0].id));
    assert.deepEqual(readAddress(writeAddress({ ...seeds[0], digits: 7, period: 45 })).seeds, [{ ...seeds[0], digits: 7, period: 45 }]);
  }
});

test("the same codes are known under any name", () => {
  const seed = seedFrom({ ...plain, secret: "jbsw y3dp-ehpk3pxp" });
  assert.ok(sameCodes(seed, { ...plain, issuer: "Other" }));
  for (const change of [{ secret: "MFRGG" }, { digits: 8 }, { period: 60 }, { algorithm: "SHA256" }]) assert.ok(!sameCodes(seed, { ...plain, ...change }));
});

test("scrypt is that of RFC 7914", async () => {
  const bytes = (text) => new TextEncoder().encode(text);
  for (const [password, salt, n, r, p] of [["password", "NaCl", 1024, 8, 3], ["pleaseletmein", "SodiumChloride", 16384, 8, 1], ["é", "s", 2, 1, 1], ["", "x", 64, 3, 4]]) {
    const wanted = scryptSync(password, salt, 32, { N: n, r, p, maxmem: 2 ** 28 });
    assert.deepEqual(Buffer.from(await scrypt(bytes(password), bytes(salt), { n, r, p })), wanted);
  }
  assert.ok(affordable({ n: 32768, r: 8, p: 1 }));
  for (const cost of [{ n: 1, r: 8, p: 1 }, { n: 3, r: 8, p: 1 }, { n: 2 ** 18, r: 8, p: 1 }, { n: 2, r: 0, p: 1 }, { n: 2, r: 1, p: 5 }, { n: NaN, r: 1, p: 1 }, { n: 2 ** 32, r: 1, p: 1 }]) assert.ok(!affordable(cost), JSON.stringify(cost));
});
