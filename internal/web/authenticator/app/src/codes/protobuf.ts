// As much of protocol buffers as an export picture needs: numbers and bytes.

/** Broken is thrown for bytes that are no message. */
export class Broken extends Error {}

/** Field is one member of a message as it stands there. */
export type Field = { readonly id: number; readonly number: bigint } | { readonly id: number; readonly bytes: Uint8Array };

const maxVarint = 10;
const maxField = 2 ** 29 - 1;

/** fields reads a whole message. Fixed-width members, which the format has none of, are skipped. */
export function fields(message: Uint8Array): Field[] {
  const found: Field[] = [];
  const at = { place: 0 };
  while (at.place < message.length) {
    const tag = varint(message, at);
    const id = Number(tag >> 3n);
    if (id < 1 || id > maxField) throw new Broken("a member has no number");
    const kind = Number(tag & 7n);
    if (kind === 0) found.push({ id, number: varint(message, at) });
    else if (kind === 2) found.push({ id, bytes: take(message, at, varint(message, at)) });
    else if (kind === 1) take(message, at, 8n);
    else if (kind === 5) take(message, at, 4n);
    else throw new Broken("a member of an unknown kind");
  }
  return found;
}

function varint(message: Uint8Array, at: { place: number }): bigint {
  let value = 0n;
  for (let i = 0; i < maxVarint; i++) {
    const byte = message[at.place++];
    if (byte === undefined) throw new Broken("the message ends within a number");
    value |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return BigInt.asUintN(64, value);
  }
  throw new Broken("a number without an end");
}

function take(message: Uint8Array, at: { place: number }, length: bigint): Uint8Array {
  if (length > BigInt(message.length - at.place)) throw new Broken("the message ends within a member");
  const start = at.place;
  at.place += Number(length);
  return message.subarray(start, at.place);
}

/** int32 is how a number of that type stands in a varint: negative ones fill 64 bits. */
export const int32 = (value: bigint): number => Number(BigInt.asIntN(32, value));

export function writeNumber(id: number, value: number): number[] {
  return [...writeVarint(BigInt(id << 3)), ...writeVarint(BigInt.asUintN(64, BigInt(value)))];
}

export function writeBytes(id: number, value: ArrayLike<number>): number[] {
  return [...writeVarint(BigInt((id << 3) | 2)), ...writeVarint(BigInt(value.length)), ...Array.from(value)];
}

function writeVarint(value: bigint): number[] {
  const out: number[] = [];
  for (; value > 127n; value >>= 7n) out.push(Number(value & 127n) | 128);
  return [...out, Number(value)];
}
