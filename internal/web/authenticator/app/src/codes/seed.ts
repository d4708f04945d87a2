// What one-time codes are made from, checked before anything else sees it:
// whatever an address, a picture or a file claims goes through seedFrom.

import { base32 } from "../../../../protocol/modules/totp.js";
import { encodeBase32 } from "./base32";

/** Seed makes one account's codes. The secret is base32 in upper case without padding. */
export interface Seed {
  readonly issuer: string;
  readonly label: string;
  readonly secret: string;
  readonly algorithm: Algorithm;
  readonly digits: number;
  readonly period: number;
}

export type Algorithm = "SHA1" | "SHA256" | "SHA512";

/** Fault says why one account was not taken; the words of it are in words/codes. */
export type Fault = "counter" | "steam" | "kind" | "algorithm" | "digits" | "period" | "secret" | "shape";

/** Refusal is thrown for one account that cannot be taken. It never repeats a secret. */
export class Refusal extends Error {
  constructor(readonly fault: Fault) {
    super(`the account cannot be imported: ${fault}`);
  }
}

/** Raw is a seed as it was found: nothing of it is believed yet. */
export interface Raw {
  readonly issuer: string;
  readonly label: string;
  readonly secret: string | Uint8Array;
  readonly algorithm?: string | undefined;
  readonly digits?: number | undefined;
  readonly period?: number | undefined;
}

// Secrets beyond one block of the widest hash are hashed first, so that nobody
// has a reason to make longer ones.
const maxSecret = 128;

// Names are shown in one line; what is longer is cut, for nothing depends on it.
const maxName = 120;

// Fewer digits can be guessed, and nine do not fit into the 31 bits of a code.
const digitsRange = { least: 6, most: 8 };

// A code that lasts an hour is the longest that anybody hands out.
const maxPeriod = 3600;

const algorithms: readonly Algorithm[] = ["SHA1", "SHA256", "SHA512"];

/** seedFrom takes what was found, with the usual values for what was not said, or throws a Refusal. */
export function seedFrom(raw: Raw): Seed {
  const { digits = 6, period = 30 } = raw;
  if (!within(digits, digitsRange.least, digitsRange.most)) throw new Refusal("digits");
  if (!within(period, 1, maxPeriod)) throw new Refusal("period");
  return {
    issuer: cleanName(raw.issuer),
    label: cleanName(raw.label),
    secret: encodeBase32(secretBytes(raw.secret)),
    algorithm: algorithmOf(raw.algorithm ?? "SHA1"),
    digits,
    period,
  };
}

/** secretBytes reads a secret as people copy it: in any case, in groups, with or without padding. */
export function secretBytes(secret: string | Uint8Array): Uint8Array {
  const found = typeof secret === "string" ? decode(secret) : secret;
  if (found.length === 0 || found.length > maxSecret) throw new Refusal("secret");
  return found;
}

function decode(text: string): Uint8Array {
  const plain = text.replace(/[\s-]/g, "").replace(/=+$/, "").toUpperCase();
  const leftOver = [1, 3, 6].includes(plain.length % 8);
  if (plain.length > maxSecret * 2 || leftOver || !/^[A-Z2-7]+$/.test(plain)) throw new Refusal("secret");
  return base32(plain);
}

/** cleanName takes out what cannot be seen, so that no name writes over its neighbour. */
export function cleanName(text: string): string {
  const seen = text.replace(/\s/g, " ").replace(/\p{C}/gu, "").trim();
  return [...seen].slice(0, maxName).join("");
}

/** sameCodes tells whether two seeds make the same codes, whatever they are called. */
export function sameCodes(a: Seed, b: Seed): boolean {
  return a.secret === b.secret && a.algorithm === b.algorithm && a.digits === b.digits && a.period === b.period;
}

function algorithmOf(name: string): Algorithm {
  const plain = name.toUpperCase().replace(/^HMAC-?/, "").replace("-", "");
  const found = algorithms.find((known) => known === plain);
  if (!found) throw new Refusal("algorithm");
  return found;
}

const within = (value: number, least: number, most: number): boolean => Number.isInteger(value) && value >= least && value <= most;
