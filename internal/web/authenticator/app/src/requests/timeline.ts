// The past of several accounts as one list. Each account's past comes in pages,
// newest first, so what is older than the oldest loaded entry of an account that
// has more may have others in between: it waits until they are loaded.

import type { Challenge } from "../wire/types";

// Chapter is what was loaded of one account's past.
export interface Chapter {
  account: string;
  challenges: readonly Challenge[];
  // next is the cursor of the page that follows, "" after the last.
  next: string;
}

// Entry is one request of the past.
export interface Entry {
  account: string;
  challenge: Challenge;
}

const asked = (challenge: Challenge): number => Date.parse(challenge.question.created_at);

const oldest = ({ challenges }: Chapter): number => Math.min(...challenges.map(asked));

// frontier is the moment before which something may be missing.
export function frontier(chapters: readonly Chapter[]): number {
  return Math.max(-Infinity, ...chapters.filter(({ next }) => next !== "").map(oldest));
}

// entries are those that are complete up to the frontier, newest first.
export function entries(chapters: readonly Chapter[]): Entry[] {
  const limit = frontier(chapters);
  return chapters
    .flatMap(({ account, challenges }) => challenges.map((challenge) => ({ account, challenge })))
    .filter(({ challenge }) => challenge.state !== "pending" && asked(challenge) >= limit)
    .sort((a, b) => asked(b.challenge) - asked(a.challenge));
}

// behind are the accounts whose next page moves the frontier.
export function behind(chapters: readonly Chapter[]): string[] {
  const limit = frontier(chapters);
  return chapters.filter((one) => one.next !== "" && oldest(one) >= limit).map(({ account }) => account);
}
