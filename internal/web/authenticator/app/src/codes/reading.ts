// Telling what a scanned, pasted or opened text is.

import { isAegis, isSealedAegis, openAegis, readAegis } from "./aegis";
import { type Found, maxAccounts, together, Unreadable } from "./found";
import { type Batch, isMigration, readMigration } from "./migration";
import { isAddress, readAddress } from "./otpauth";
import { parse } from "./shape";
import { isSealedTwoFAS, isTwoFAS, openTwoFAS, readTwoFAS } from "./twofas";

/** Reading is what a text turned out to be. */
export type Reading =
  | { readonly kind: "found"; readonly found: Found }
  | { readonly kind: "batch"; readonly batch: Batch }
  | { readonly kind: "sealed"; readonly open: (password: string) => Promise<Found> };

/** maxFile is the largest file that is looked at: Aegis keeps pictures with its accounts. */
export const maxFile = 16 * 2 ** 20;

/** read tells what a text is, or throws Unreadable. */
export function read(text: string): Reading {
  if (text.length > maxFile) throw new Unreadable("large");
  const plain = text.replace(/^\ufeff/, "").trim();
  if (isMigration(plain)) return { kind: "batch", batch: readMigration(plain) };
  if (isAddress(plain)) return { kind: "found", found: addresses(plain) };
  return document(plain);
}

// A list of addresses, one a line, is how several apps export in the plain.
function addresses(text: string): Found {
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
  if (lines.length > maxAccounts) throw new Unreadable("many");
  return together(lines.map(readAddress));
}

function document(text: string): Reading {
  const found = parse(text);
  if (isAegis(found)) return isSealedAegis(found) ? { kind: "sealed", open: (password) => openAegis(found, password) } : { kind: "found", found: readAegis(found) };
  if (isTwoFAS(found)) return isSealedTwoFAS(found) ? { kind: "sealed", open: (password) => openTwoFAS(found, password) } : { kind: "found", found: readTwoFAS(found) };
  throw new Unreadable("unknown");
}
