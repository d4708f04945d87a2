// Reading JSON of others: each member is asked for by its kind, and one of
// another kind is as good as absent.

import { Unreadable } from "./found";

export type Members = Readonly<Record<string, unknown>>;

/** members gives an object's members, or undefined for anything else. */
export function members(value: unknown): Members | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

export const items = (value: unknown): readonly unknown[] | undefined => (Array.isArray(value) ? value : undefined);

export const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** number is NaN for what is there and no number, which no bound lets through. */
export function number(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "number" ? value : NaN;
}

/** parse reads a document, which is an object for every format that we know. */
export function parse(document: string): Members {
  try {
    const found = members(JSON.parse(document));
    if (found) return found;
  } catch {
    throw new Unreadable("unknown");
  }
  throw new Unreadable("unknown");
}
