// The sealed record: what stands in it, and how its key is derived.

import { bytes } from "../../../../protocol/modules/encode.js";
import type { Seed } from "../codes/seed";

/** Bytes are bytes that crypto takes. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Entry is one account's codes. Those with an account belong to a linked one and go with it. */
export interface Entry extends Seed {
  readonly id: string;
  readonly account?: string;
}

/** LockInfo is what has to be known to ask for the unlock secret; none of it is secret. */
export type LockInfo =
  | { readonly kind: "none" }
  | { readonly kind: "pin"; readonly salt: Bytes; readonly rounds: number }
  | { readonly kind: "passkey"; readonly credential: Bytes; readonly salt: Bytes };

/** Sealed is the record as it stands in the storage. */
export interface Sealed {
  readonly version: 1;
  readonly lock: LockInfo;
  readonly bound: Bytes;
  readonly salt: Bytes;
  readonly iv: Bytes;
  readonly data: Bytes;
}

/** Opened is a key with what it is for. It cannot be read out of the browser. */
export interface Opened {
  readonly key: CryptoKey;
  readonly salt: Bytes;
  readonly bound: Bytes;
  readonly lock: LockInfo;
}

const name = bytes("twinseal authenticator vault v1");

export const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

/** derive makes the vault's key from the browser's cookie and the unlock secret, which is empty without a lock. */
export async function derive(cookie: Bytes, secret: Bytes, salt: Bytes, lock: LockInfo): Promise<Opened> {
  const material = await crypto.subtle.importKey("raw", joined(cookie, secret), "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: name };
  const key = await crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return { key, salt, lock, bound: await boundTo(cookie) };
}

/** boundTo lets another cookie be told from a wrong PIN. It does not give the cookie away. */
export async function boundTo(cookie: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined(name, cookie)));
}

/** seal writes the entries. The kind of lock is sealed with them, so that it cannot be exchanged. */
export async function seal({ key, salt, bound, lock }: Opened, entries: readonly Entry[]): Promise<Sealed> {
  const iv = random(12);
  const how = { name: "AES-GCM", iv, additionalData: joined(name, bytes(lock.kind)) };
  const data = new Uint8Array(await crypto.subtle.encrypt(how, key, bytes(JSON.stringify(entries))));
  return { version: 1, lock, bound, salt, iv, data };
}

/** unseal gives the entries, or undefined where the key is another one. */
export async function unseal({ key }: Opened, { iv, data, lock }: Sealed): Promise<readonly Entry[] | undefined> {
  const how = { name: "AES-GCM", iv, additionalData: joined(name, bytes(lock.kind)) };
  const plain = await crypto.subtle.decrypt(how, key, data).catch(() => undefined);
  return plain && (JSON.parse(new TextDecoder().decode(plain)) as readonly Entry[]);
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);

function joined(a: Uint8Array, b: Uint8Array): Bytes {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
