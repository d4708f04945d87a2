// QR codes (ISO/IEC 18004) of short texts.

import { codewords } from "./codewords";
import { Grid } from "./grid";

// masks turn squares over, so that no code looks like what readers search for.
const masks: ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

// draw gives the squares of a text, with the mask that is easiest to read;
// undefined for a text that is too long.
export function draw(text: string): Grid | undefined {
  const words = codewords(text);
  if (!words) return undefined;
  const drawn = masks.map((_, mask) => masked(words.version, words.bytes, mask));
  return drawn.reduce((best, next) => (penalty(next) < penalty(best) ? next : best));
}

function masked(version: number, bytes: number[], mask: number): Grid {
  const grid = new Grid(version);
  grid.format(mask);
  const turn = masks[mask] ?? (() => false);
  let bit = 0;
  for (const [x, y] of path(grid)) {
    const dark = (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
    grid.paint(x, y, dark !== turn(x, y));
    bit++;
  }
  return grid;
}

// path goes in pairs of columns from the right, up and down in turn, over what is
// free. The column of the timing pattern is no part of a pair.
function* path(grid: Grid): Generator<[number, number]> {
  let up = true;
  for (let right = grid.size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < grid.size; step++) {
      const y = up ? grid.size - 1 - step : step;
      for (const x of [right, right - 1]) if (grid.free(x, y)) yield [x, y];
    }
    up = !up;
  }
}

// penalty counts what makes a code hard to read: long runs, blocks, what looks
// like a finder, and too much of one colour.
function penalty(grid: Grid): number {
  const { size } = grid;
  let sum = 0;
  let dark = 0;
  for (let a = 0; a < size; a++) {
    let row = "";
    let column = "";
    for (let b = 0; b < size; b++) {
      row += grid.is(b, a) ? "1" : "0";
      column += grid.is(a, b) ? "1" : "0";
      if (grid.is(b, a)) dark++;
      if (a > 0 && b > 0 && [grid.is(b - 1, a), grid.is(b, a - 1), grid.is(b - 1, a - 1)].every((one) => one === grid.is(b, a))) sum += 3;
    }
    sum += lines(row) + lines(column);
  }
  return sum + Math.floor(Math.abs((dark * 20) / size ** 2 - 10)) * 10;
}

function lines(line: string): number {
  const runs = [...line.matchAll(/0{5,}|1{5,}/g)].reduce((sum, [run]) => sum + run.length - 2, 0);
  const finders = [...line.matchAll(/(?=00001011101|10111010000)/g)].length;
  return runs + 40 * finders;
}
