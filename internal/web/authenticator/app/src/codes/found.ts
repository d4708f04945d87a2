// What an import found, and why one found nothing.

import { type Fault, type Raw, Refusal, type Seed, seedFrom } from "./seed";

/** Refused is an account that was seen and not taken. */
export interface Refused {
  readonly name: string;
  readonly fault: Fault;
}

/** Found is what one picture or file holds. */
export interface Found {
  readonly seeds: readonly Seed[];
  readonly refused: readonly Refused[];
}

/** Unfit says why a whole text was not taken; the words of it are in words/codes. */
export type Unfit = "unknown" | "large" | "many" | "damaged" | "password" | "key" | "costly";

/** Unreadable is thrown for a text of which nothing can be taken. */
export class Unreadable extends Error {
  constructor(readonly why: Unfit) {
    super(`nothing can be imported: ${why}`);
  }
}

/** maxAccounts is how many one file may hold: more than anybody has, few enough to show. */
export const maxAccounts = 1000;

/** gather takes each account by itself: one that cannot be read does not keep out the others. Too many are not even looked at. */
export function gather<T>(items: readonly T[], read: (item: T) => Raw, nameOf: (item: T) => string): Found {
  if (items.length > maxAccounts) throw new Unreadable("many");
  const seeds: Seed[] = [];
  const refused: Refused[] = [];
  for (const item of items) {
    try {
      seeds.push(seedFrom(read(item)));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused.push({ name: nameOf(item), fault: error.fault });
    }
  }
  return { seeds, refused };
}

/** together is several finds as one. */
export function together(parts: readonly Found[]): Found {
  return { seeds: parts.flatMap(({ seeds }) => seeds), refused: parts.flatMap(({ refused }) => refused) };
}

/** titled is the name of an account in lists: who made it and whose it is. */
export const titled = (issuer: string, label: string): string => [issuer, label].filter((part) => part !== "").join(" · ");
