// A PIN of the person's own: the one lock that every browser can offer.

import { bytes } from "../../../../protocol/modules/encode.js";
import { type Bytes, random } from "../vault/sealing";

// OWASP's number for PBKDF2 with SHA-256: half a second on a phone.
const rounds = 600_000;

// Below four digits a PIN is guessed within the tries that are allowed.
export const pinPattern = /^\d{4,12}$/;

// newPin gives how a PIN will be asked for.
export const newPin = () => ({ kind: "pin", salt: random(16), rounds }) as const;

// pinSecret is what a PIN comes to.
export async function pinSecret(digits: string, { salt, rounds }: { salt: Bytes; rounds: number }): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", bytes(digits), "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, key, 256));
}
