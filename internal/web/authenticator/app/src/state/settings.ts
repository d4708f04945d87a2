// What the person chose for this browser.

import { signal, type Signal } from "@preact/signals";
import * as store from "./store";

export type Theme = "system" | "light" | "dark";

export const theme = signal<Theme>("system");
export const language = signal(""); // "" is the browser's
export const notifications = signal(false); // wanted; whether they arrive is the browser's word
export const hideMessage = signal(false); // notifications name the application and nothing else
export const inviteDeclined = signal(false); // to be told of requests; the settings still offer it
export const askAlways = signal(false); // unlock at every approval
export const lockAfter = signal(5); // minutes out of sight

const kept: Record<string, Signal<unknown>> = {
  theme, language, notifications, hideMessage, inviteDeclined, askAlways, lockAfter,
} as Record<string, Signal<unknown>>;

// Names are what set takes.
export type Setting = "theme" | "language" | "notifications" | "hideMessage" | "inviteDeclined" | "askAlways" | "lockAfter";

// load reads all of them; one that is missing keeps its first value.
export async function load(): Promise<void> {
  await Promise.all(Object.entries(kept).map(async ([name, value]) => {
    const found = await store.get<unknown>("settings", name);
    if (typeof found === typeof value.peek()) value.value = found;
  }));
}

export async function set<T>(name: Setting, value: T): Promise<void> {
  const one = kept[name];
  if (one) one.value = value;
  await store.put("settings", name, value);
}
