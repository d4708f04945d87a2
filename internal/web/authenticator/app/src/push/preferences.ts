// What the worker has to know of the person's choices: it has no page to ask,
// and notifications speak the language of the page.

import { push as english } from "../words/en/push";
import * as store from "../state/store";

const entry = "push.words";

// Spoken are the sentences that the worker says by itself.
export const spoken = ["notice.waiting", "notice.look", "notice.many", "notice.manyText", "notice.over", "notice.overText"] as const;

export type Words = Record<(typeof spoken)[number], string>;

export interface Preferences {
  hide: boolean; // name the application and nothing else
  say: Words;
}

export async function preferences(): Promise<Preferences> {
  const [hide, say] = await Promise.all([store.get<boolean>("settings", "hideMessage"), store.get<Words>("settings", entry)]);
  return { hide: hide === true, say: { ...english, ...say } };
}

export const keepWords = (words: Words): Promise<void> => store.put("settings", entry, words);
