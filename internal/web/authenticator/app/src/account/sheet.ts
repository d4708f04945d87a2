// Recovery codes as a sheet of text, for a file or for paper.

import { host } from "../link/servers";
import type { Account } from "../state/account";
import { visible } from "../ui/Quote";
import { t, when } from "../words";

// heading says whose codes these are, for the day when somebody finds them.
export function heading(account: Account): string {
  const name = visible([account.title.value, account.who.value].join(", "));
  return t("account.recovery.file.head", { name, host: host(account.server), when: when(account.clock.now()) });
}

export const sheet = (account: Account, codes: string[]): string => [heading(account), "", ...codes, ""].join("\n");

// save hands a text to the browser as a file.
export function save(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
