// The pictures that the app draws are read by a reader of others.

import assert from "node:assert/strict";
import jsQR from "jsqr";
import test from "node:test";
import { draw } from "../src/account/qr/qr";
import { sheets } from "../src/codes/exporting";
import { seedFrom } from "../src/codes/seed";
import { numbers } from "./support.js";

const scale = 3;
const quiet = 4;

function seen(grid) {
  const side = (grid.size + 2 * quiet) * scale;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (grid.is(Math.floor(x / scale) - quiet, Math.floor(y / scale) - quiet)) pixels.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
    }
  }
  return jsQR(pixels, side, side, { inversionAttempts: "dontInvert" })?.data;
}

test("pictures beyond the size of invitations are read back", () => {
  const random = numbers(5);
  for (let length = 288; length <= 666; length += 27) {
    const text = Array.from({ length }, () => String.fromCharCode(33 + random(94))).join("");
    const grid = draw(text);
    assert.ok(grid, `${length} bytes`);
    const inside = (x, y) => x >= 0 && y >= 0 && x < grid.size && y < grid.size && grid.is(x, y);
    assert.equal(seen({ size: grid.size, is: inside }), text, `${length} bytes`);
  }
});

test("each sheet of an export fits into a picture", () => {
  const random = numbers(9);
  const seeds = Array.from({ length: 60 }, (_, at) => seedFrom({
    issuer: "Überlänge 漢字 ".repeat(random(9)), label: `${"ann".repeat(random(39))}@${at}`, secret: Uint8Array.from({ length: 1 + random(128) }, () => 255 - random(3)), period: 30 + random(2),
  }));
  const made = sheets(seeds);
  assert.equal(made.flatMap((sheet) => sheet.seeds).length, seeds.length);
  for (const { text } of made) assert.ok(draw(text) !== undefined, `${text.length} bytes`);
});
