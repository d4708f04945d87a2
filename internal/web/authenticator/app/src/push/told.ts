// What the person was told of, by a notification or on the screen: so that one
// request makes one notification, however often the worker is woken.

import * as store from "../state/store";

const entry = "push.told";

// Told has the ids of each account's requests that wait.
export type Told = Record<string, string[]>;

export const load = async (): Promise<Told> => (await store.get<Told>("settings", entry)) ?? {};

// change is alone among all tabs and workers while it reads and writes.
export function change(by: (told: Told) => Told): Promise<{ before: Told; after: Told }> {
  return navigator.locks.request("twinseal-told", async () => {
    const before = await load();
    const after = by(before);
    if (JSON.stringify(after) !== JSON.stringify(before)) await store.put("settings", entry, after);
    return { before, after };
  });
}

export const count = (told: Told): number => Object.values(told).reduce((sum, ids) => sum + ids.length, 0);

// badge shows a number at the app's icon, where the system has such a thing.
export function badge(waiting: number): void {
  if (!("setAppBadge" in navigator)) return;
  const done = waiting > 0 ? navigator.setAppBadge(waiting) : navigator.clearAppBadge();
  done.catch(() => undefined); // only an installed app has an icon
}
