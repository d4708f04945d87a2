// The page's title counts what waits, and new requests are announced.

import { effect } from "@preact/signals";
import { locked } from "../lock/lock";
import { freshWords } from "../requests/fresh";
import { accounts, waiting } from "../state/accounts";
import { announce } from "../ui/announce";
import { t } from "../words";

// announceFresh goes on for as long as the page is there.
export function announceFresh(): void {
  const title = () => `${t("shell.name")} · Twinseal`;
  effect(() => { document.title = waiting.value > 0 ? `(${waiting.value}) ${title()}` : title(); });
  effect(() => {
    for (const account of accounts.value) {
      const fresh = account.fresh.value;
      if (fresh.length === 0 || told.has(fresh)) continue;
      told.add(fresh);
      queueMicrotask(() => { if (!locked.peek()) announce(freshWords(account, fresh).join(" ")); }); // once the list has them
    }
  });
}

const told = new WeakSet<object>();
