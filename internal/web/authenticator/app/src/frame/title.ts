// The page's title says where one is and counts what waits; new requests are
// announced.

import { effect } from "@preact/signals";
import { locked } from "../lock/lock";
import { freshWords } from "../requests/fresh";
import { place } from "../router";
import { accounts, waiting } from "../state/accounts";
import { announce } from "../ui/announce";
import { t } from "../words";
import { placeName } from "./Tabs";

// announceFresh goes on for as long as the page is there.
export function announceFresh(): void {
  effect(() => {
    const where = accounts.value.length > 0 ? placeName(place.value.path[0] ?? "") : "";
    const title = [where, t("shell.name"), "Twinseal"].filter(Boolean).join(" · ");
    document.title = waiting.value > 0 ? `(${waiting.value}) ${title}` : title;
  });
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
