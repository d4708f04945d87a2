// Wrong PINs are counted where a reload does not forget them.

import * as store from "../state/store";

// After these many wrong PINs in a row each further one waits, and the last one
// wipes: of ten thousand PINs of four digits, ten can be tried.
export const freeTries = 5;
export const maxTries = 10;

const minute = 60_000;

// The wait after the fifth wrong PIN, the sixth, and so on.
const waits = [1, 5, 15, 60, 180].map((minutes) => minutes * minute);

export interface Tries {
  wrong: number;
  until: number; // no further try before this moment, by this device's clock
}

const place = "tries";
const none: Tries = { wrong: 0, until: 0 };

export const tries = async (): Promise<Tries> => (await store.get<Tries>("vault", place)) ?? none;

// begin counts a try as wrong before anybody knows: whoever stops the page in
// the middle has used it up.
export async function begin(now: number): Promise<Tries> {
  const { wrong } = await tries();
  const next = { wrong: wrong + 1, until: now + waitAfter(wrong + 1) };
  await store.put("vault", place, next);
  return next;
}

export const waitAfter = (wrong: number): number => (wrong < freeTries ? 0 : waits[Math.min(wrong - freeTries, waits.length - 1)] ?? 0);

export const forgive = (): Promise<void> => store.remove("vault", place);
