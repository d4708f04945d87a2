// The otpauth addresses that stand in QR pictures of services.

import { type Found, gather, titled } from "./found";
import { cleanName, type Raw, Refusal, type Seed } from "./seed";

// The longest text that a QR picture can hold is 4,296 letters.
export const maxAddress = 4296;

const form = /^otpauth:\/\/([a-z]+)\/([^?#]*)\?([^#]*)(?:#.*)?$/i;

// known parameters must not be said twice: two readers could take different ones.
const known = ["secret", "issuer", "algorithm", "digits", "period", "counter", "encoder"];

/** isAddress tells whether a text claims to be an otpauth address. */
export const isAddress = (text: string): boolean => /^otpauth:\/\//i.test(text);

/** readAddress gives the account of an address, taken or refused. */
export function readAddress(text: string): Found {
  return gather([text], readRaw, nameIn);
}

function readRaw(text: string): Raw {
  const [, kind, path, query] = (text.length <= maxAddress && form.exec(text)) || [];
  if (kind === undefined || path === undefined || query === undefined) throw new Refusal("shape");
  const said = new URLSearchParams(query);
  if (known.some((name) => said.getAll(name).length > 1)) throw new Refusal("shape");
  checkKind(kind.toLowerCase(), said);
  const secret = said.get("secret");
  if (secret === null) throw new Refusal("secret");
  const algorithm = said.get("algorithm") || undefined;
  return { ...nameOf(path, said), secret, algorithm, digits: count(said.get("digits")), period: count(said.get("period")) };
}

// Codes that count up are not taken: two places that count for themselves lose
// each other, and this app keeps none for services that could not be told.
function checkKind(kind: string, said: URLSearchParams): void {
  if (kind === "hotp") throw new Refusal("counter");
  if (kind === "steam" || said.get("encoder")?.toLowerCase() === "steam") throw new Refusal("steam");
  if (kind !== "totp") throw new Refusal("kind");
}

function nameOf(path: string, said: URLSearchParams): { issuer: string; label: string } {
  const [first = "", ...rest] = decoded(path).split(":");
  const [prefix, label] = rest.length > 0 ? [first, rest.join(":")] : ["", first];
  return { issuer: said.get("issuer") || prefix.trim(), label: label.trim() };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Refusal("shape");
  }
}

function count(text: string | null): number | undefined {
  if (text === null || text === "") return undefined;
  return /^\d{1,5}$/.test(text) ? Number(text) : NaN;
}

// nameIn is what can be said of an address that is not taken: never its secret.
function nameIn(text: string): string {
  const [, , path = "", query = ""] = form.exec(text.slice(0, maxAddress)) ?? [];
  try {
    const { issuer, label } = nameOf(path, new URLSearchParams(query));
    return titled(cleanName(issuer), cleanName(label));
  } catch {
    return "";
  }
}

/** writeAddress is the address of a seed as every authenticator reads it. */
export function writeAddress(seed: Seed): string {
  const { issuer, label, secret, algorithm, digits, period } = seed;
  const name = `${issuer && `${encodeURIComponent(issuer)}:`}${encodeURIComponent(label)}`;
  const said = [`secret=${secret}`, issuer && `issuer=${encodeURIComponent(issuer)}`, `algorithm=${algorithm}`, `digits=${digits}`, `period=${period}`];
  return `otpauth://totp/${name}?${said.filter((part) => part !== "").join("&")}`;
}
