// What the tests of the app's modules share.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// The tests run bundled, from another directory: whoever runs them says where
// they come from.
const home = process.env.TWINSEAL_APP_TESTS ?? fileURLToPath(new URL(".", import.meta.url));

export const fixture = (name) => readFileSync(`${home}/exports/${name}`, "utf8");

// numbers gives numbers below n that look random and are the same each time.
export function numbers(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

// spoil changes a text here and there: letters replaced, cut out, doubled.
export function spoil(text, random) {
  let out = text;
  for (let i = 0; i <= random(4); i++) {
    const [at, length] = [random(out.length + 1), random(8)];
    const inserted = ["", "\0", "9".repeat(random(400)), "null", "{}", "[[", "-1", "%", "😀", out.slice(0, random(30)), String.fromCharCode(random(0x10000))][random(11)];
    out = out.slice(0, at) + inserted + out.slice(at + length);
  }
  return out;
}
