// The page's title counts what waits, and new requests are announced.

import { effect } from "@preact/signals";
import { accounts, waiting } from "../state/accounts";
import { announce } from "../ui/announce";
import { visible } from "../ui/Quote";
import { t } from "../words";

// announceFresh goes on for as long as the page is there.
export function announceFresh(): void {
  const title = () => `${t("shell.name")} · Twinseal`;
  effect(() => { document.title = waiting.value > 0 ? `(${waiting.value}) ${title()}` : title(); });
  effect(() => {
    for (const account of accounts.value) {
      for (const { question } of account.fresh.value) {
        announce(t("requests.fresh", { application: visible(question.application.name), message: visible(question.message) }));
      }
    }
  });
}
