// What the person was told of, by a notification or on the screen: so that one
// request makes one notification, however often the worker is woken.

import * as store from "../state/store";

const entry = "push.told";

// Told has the ids of each account's requests that wait.
export type Told = Record<string, string[]>;

// change reads and writes at once.
export async function change(by: (told: Told) => Told): Promise<{ before: Told; after: Told }> {
  const { before, after } = await store.update<Told>("settings", entry, (told = {}) => by(told));
  return { before: before ?? {}, after };
}

export const count = (told: Told): number => Object.values(told).reduce((sum, ids) => sum + ids.length, 0);

// badge shows a number at the app's icon, where the system has such a thing.
export function badge(waiting: number): void {
  if (!("setAppBadge" in navigator)) return;
  const done = waiting > 0 ? navigator.setAppBadge(waiting) : navigator.clearAppBadge();
  done.catch(() => undefined); // only an installed app has an icon
}
