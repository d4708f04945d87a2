// What is said aloud of requests that have just arrived.

import type { Account } from "../state/account";
import { visible } from "../ui/Quote";
import { t } from "../words";
import type { Challenge } from "../wire/types";
import { isFlood, matters } from "./flood";

const told = new Set<string>(); // floods that were announced, and are not again

// freshWords are the sentences for what the last list of an account added. A
// flood is told once, when it becomes one, and then no more.
export function freshWords(account: Account, fresh: Challenge[]): string[] {
  const all = matters(account.pending.peek().map((challenge) => ({ account, challenge })));
  const floods = all.filter(isFlood);
  for (const key of [...told]) if (key.startsWith(`${account.id}/`) && !floods.some((flood) => flood.key === key)) told.delete(key);
  return fresh.flatMap(({ id, question }): string[] => {
    const flood = floods.find(({ requests }) => requests.some(({ challenge }) => challenge.id === id));
    const application = visible(question.application?.name ?? "");
    if (!flood) return [t("requests.fresh", { application, message: visible(question.message ?? "") })];
    if (told.has(flood.key)) return [];
    told.add(flood.key);
    return [t("requests.flood.told", { application })];
  });
}
