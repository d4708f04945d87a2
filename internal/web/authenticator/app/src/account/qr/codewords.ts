// From a text to the bytes of a QR code: byte mode at the level M, by which a
// seventh of the picture may be damaged.

import { correction } from "./correction";

// Layout of a version: how many blocks there are, how many bytes of data they
// have together, and how many of correction each.
interface Layout {
  blocks: number;
  data: number;
  correction: number;
}

// layouts are those of the versions from 1 on at the level M (ISO/IEC 18004). The
// last holds 666 bytes: a picture of exported codes, which a phone still reads
// off a phone. A linking address takes a third of that at most.
const layouts: Layout[] = ([
  [1, 16, 10], [1, 28, 16], [1, 44, 26], [2, 64, 18], [2, 86, 24], [4, 108, 16],
  [4, 124, 18], [4, 154, 22], [5, 182, 22], [5, 216, 26], [5, 254, 30], [8, 290, 22],
  [9, 334, 22], [9, 365, 24], [10, 415, 24], [10, 453, 28], [11, 507, 28], [13, 563, 26],
  [14, 627, 26], [16, 669, 26],
] as const).map(([blocks, data, degree]) => ({ blocks, data, correction: degree }));

const byteMode = 0b0100;

// codewords gives the smallest version that holds a text, with its bytes in the
// order in which they are drawn; undefined for a text that is too long.
export function codewords(text: string): { version: number; bytes: number[] } | undefined {
  const bytes = new TextEncoder().encode(text);
  const at = layouts.findIndex((layout, index) => bytes.length + overhead(index + 1) <= layout.data);
  const layout = layouts[at];
  if (!layout) return undefined;
  return { version: at + 1, bytes: interleave(padded(bytes, at + 1, layout.data), layout) };
}

// overhead is the mode and the length, in whole bytes.
const overhead = (version: number): number => (version < 10 ? 2 : 3);

function padded(text: Uint8Array, version: number, room: number): number[] {
  const bits: number[] = [];
  const push = (value: number, count: number) => { for (let i = count - 1; i >= 0; i--) bits.push((value >> i) & 1); };
  push(byteMode, 4);
  push(text.length, version < 10 ? 8 : 16);
  for (const value of text) push(value, 8);
  push(0, 4); // the end
  const bytes: number[] = [];
  for (let i = 0; i + 8 <= bits.length; i += 8) bytes.push(Number.parseInt(bits.slice(i, i + 8).join(""), 2));
  for (let i = 0; bytes.length < room; i++) bytes.push(i % 2 === 0 ? 0xec : 0x11);
  return bytes;
}

// interleave spreads the blocks, the longer ones of which come last, so that a
// stain hits a little of each.
function interleave(data: number[], { blocks, correction: degree }: Layout): number[] {
  const short = Math.floor(data.length / blocks);
  const long = data.length % blocks;
  const parts: number[][] = [];
  for (let i = 0, from = 0; i < blocks; i++) {
    const to = from + short + (i >= blocks - long ? 1 : 0);
    parts.push(data.slice(from, to));
    from = to;
  }
  return [...braid(parts), ...braid(parts.map((part) => correction(part, degree)))];
}

function braid(parts: number[][]): number[] {
  const longest = Math.max(...parts.map((part) => part.length));
  return Array.from({ length: longest }, (_, at) => parts.flatMap((part) => part[at] ?? [])).flat();
}
