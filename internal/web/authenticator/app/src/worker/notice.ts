// Notifications: one for each request, or one for many. They show text and lead
// to the app; nothing is ever decided from them.

import { home } from "../push/place";
import type { Words } from "../push/preferences";
import type { Challenge } from "../wire/types";
import { scope } from "./env";

// Link is what a notification carries: the screen it opens, and the request it
// is about.
export interface Link {
  hash: string;
  account?: string;
  challenge?: string;
}

export interface Notice {
  title: string;
  body: string;
  tag: string; // a later notice takes the place of the one with the same
  link: Link;
  quiet?: boolean; // no sound, no light
  at?: number;
}

// Options that browsers know and the types do not yet.
interface Options extends NotificationOptions {
  renotify?: boolean;
  timestamp?: number;
}

const icon = `${home}/icons/192.png`;
const mark = `${home}/icons/badge.png`;

export async function show({ title, body, tag, link, quiet = false, at }: Notice): Promise<void> {
  const options: Options = { body, tag, data: link, icon, badge: mark, silent: quiet, renotify: !quiet, requireInteraction: asks(tag) };
  if (at !== undefined) options.timestamp = at;
  await scope.registration.showNotification(title, options);
}

// asks: it waits for the person, and so stays until they look, where systems
// take others off the screen after some seconds.
const asks = (tag: string): boolean => tag === manyTag || tag.startsWith(requestTag);

export type Shown = Notification & { data: Link };

// shown are the notices about requests that the person still has.
export async function shown(): Promise<Shown[]> {
  const all = (await scope.registration.getNotifications()) as (Notification & { data: Link | null })[];
  return all.filter((notice): notice is Shown => notice.tag === manyTag || notice.data?.challenge !== undefined);
}

export const manyTag = "requests";

const requestTag = "request:";

export const tagOf = (account: string, challenge: string): string => `${requestTag}${account}:${challenge}`;

export function addressOf(account: string, challenge: string): Link {
  return { hash: `#/request/${encodeURIComponent(account)}/${encodeURIComponent(challenge)}`, account, challenge };
}

export function ofRequest(account: string, { id, question }: Challenge, body: string): Notice {
  return { title: question.application.name, body, tag: tagOf(account, id), link: addressOf(account, id), at: Date.parse(question.created_at) };
}

// many stands for more requests than anybody reads one by one on a locked screen.
export function many(waiting: number, say: Words, quiet: boolean): Notice {
  return { title: say["notice.many"].replace("{n}", String(waiting)), body: say["notice.manyText"], tag: manyTag, link: { hash: "#/" }, quiet };
}
