// Opening what other apps sealed with AES-256-GCM.

import { Unreadable } from "./found";

/** unseal gives the text, or undefined where the key is another or something was changed. */
export async function unseal(key: Uint8Array<ArrayBuffer>, iv: Uint8Array<ArrayBuffer>, sealed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const imported = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  return crypto.subtle.decrypt({ name: "AES-GCM", iv }, imported, sealed).then((plain) => new Uint8Array(plain), () => undefined);
}

/** unhex reads hexadecimal of a length in bytes. */
export function unhex(text: string, length: number): Uint8Array<ArrayBuffer> {
  if (text.length !== 2 * length || !/^[0-9a-f]*$/i.test(text)) throw new Unreadable("damaged");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function unbase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    throw new Unreadable("damaged");
  }
}

export function utf8(plain: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch {
    throw new Unreadable("damaged");
  }
}
