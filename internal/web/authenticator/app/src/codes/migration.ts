// The QR pictures that Google Authenticator exports: several accounts in one
// picture, and several pictures for many accounts.

import { bytes } from "../../../../protocol/modules/encode.js";
import { type Found, gather, titled, Unreadable } from "./found";
import { Broken, type Field, fields, int32, writeBytes, writeNumber } from "./protobuf";
import { type Algorithm, cleanName, type Raw, Refusal, secretBytes, type Seed } from "./seed";

/** Batch is one picture of an export. */
export interface Batch {
  readonly id: number;
  readonly index: number;
  readonly size: number;
  readonly found: Found;
}

// An export of more pictures than this is nobody's.
const maxBatches = 100;

// The largest picture holds 2953 bytes; the room is for addresses that escape more than they have to.
const maxText = 3 * 2953;

const prefix = "otpauth-migration://offline?data=";

export const isMigration = (text: string): boolean => /^otpauth-migration:/i.test(text);

/** readMigration gives what a picture holds, or throws Unreadable. */
export function readMigration(text: string): Batch {
  if (text.length > maxText) throw new Unreadable("large");
  try {
    return read(fields(payload(text)));
  } catch (error) {
    if (error instanceof Broken) throw new Unreadable("damaged");
    throw error;
  }
}

function payload(text: string): Uint8Array {
  const [, data] = /^otpauth-migration:\/\/offline\/?\?data=([^&#]+)$/i.exec(text) ?? [];
  if (data === undefined) throw new Unreadable("damaged");
  try {
    return Uint8Array.from(atob(decodeURIComponent(data)), (letter) => letter.charCodeAt(0));
  } catch {
    throw new Unreadable("damaged");
  }
}

function read(message: readonly Field[]): Batch {
  const size = int32(numberIn(message, 3)) || 1;
  const index = int32(numberIn(message, 4));
  if (size < 1 || size > maxBatches || index < 0 || index >= size) throw new Unreadable("damaged");
  const accounts = message.filter(({ id }) => id === 1).map((field) => fields("bytes" in field ? field.bytes : new Uint8Array()));
  return { id: int32(numberIn(message, 5)), index, size, found: gather(accounts, rawOf, nameIn) };
}

// numberIn and bytesIn take the last one, as every reader of the format does.
function numberIn(message: readonly Field[], id: number): bigint {
  const field = message.findLast((one) => one.id === id);
  return field && "number" in field ? field.number : 0n;
}

function bytesIn(message: readonly Field[], id: number): Uint8Array {
  const field = message.findLast((one) => one.id === id);
  return field && "bytes" in field ? field.bytes : new Uint8Array();
}

const algorithms: Readonly<Record<string, string>> = { 0: "SHA1", 1: "SHA1", 2: "SHA256", 3: "SHA512" };
const digits: Readonly<Record<string, number>> = { 0: 6, 1: 6, 2: 8 };

function rawOf(account: readonly Field[]): Raw {
  const kind = numberIn(account, 6);
  if (kind === 1n) throw new Refusal("counter");
  if (kind !== 0n && kind !== 2n) throw new Refusal("kind");
  return {
    ...named(account),
    secret: bytesIn(account, 1),
    algorithm: algorithms[String(numberIn(account, 4))] ?? "",
    digits: digits[String(numberIn(account, 5))] ?? NaN,
  };
}

// named takes the issuer off a name that repeats it.
function named(account: readonly Field[]): { issuer: string; label: string } {
  const [name, issuer] = [decoded(bytesIn(account, 2)), decoded(bytesIn(account, 3))];
  const [first = "", ...rest] = name.split(":");
  const repeats = rest.length > 0 && (issuer === "" || first.trim() === issuer.trim());
  return repeats ? { issuer: first, label: rest.join(":") } : { issuer, label: name };
}

function decoded(text: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    throw new Refusal("shape");
  }
}

function nameIn(account: readonly Field[]): string {
  try {
    const { issuer, label } = named(account);
    return titled(cleanName(issuer), cleanName(label));
  } catch {
    return "";
  }
}

/** roomOfPicture is the longest text that the app draws. */
export const roomOfPicture = 666;

// A picture holds at most ten accounts, as Google's do.
const maxAccountsOfPicture = 10;

const algorithmNumbers: Readonly<Record<Algorithm, number>> = { SHA1: 1, SHA256: 2, SHA512: 3 };

/** fitsMigration: the format has no word for other periods and numbers of digits. */
export const fitsMigration = (seed: Seed): boolean => seed.period === 30 && (seed.digits === 6 || seed.digits === 8);

/** writeMigration gives the texts of an export's pictures. Each seed must fit, and is shortened beforehand if its names are endless. */
export function writeMigration(seeds: readonly Seed[], id: number): string[] {
  const batches: number[][][] = [];
  for (const account of seeds.map(writeAccount)) {
    const last = batches.at(-1);
    if (last && last.length < maxAccountsOfPicture && address([...last, account], maxBatches, maxBatches, id).length <= roomOfPicture) last.push(account);
    else batches.push([account]);
  }
  return batches.map((batch, index) => address(batch, batches.length, index, id));
}

function writeAccount(seed: Seed): number[] {
  return writeBytes(1, [
    ...writeBytes(1, secretBytes(seed.secret)),
    ...writeBytes(2, bytes(seed.label)),
    ...writeBytes(3, bytes(seed.issuer)),
    ...writeNumber(4, algorithmNumbers[seed.algorithm]),
    ...writeNumber(5, seed.digits === 8 ? 2 : 1),
    ...writeNumber(6, 2),
  ]);
}

function address(accounts: readonly number[][], size: number, index: number, id: number): string {
  const message = [...accounts.flat(), ...writeNumber(2, 1), ...writeNumber(3, size), ...writeNumber(4, index), ...writeNumber(5, id)];
  return prefix + encodeURIComponent(btoa(String.fromCharCode(...message)));
}
