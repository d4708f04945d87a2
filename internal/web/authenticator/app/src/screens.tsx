// Which screen belongs to which address.

import type { ComponentChild } from "preact";
import { AccountScreen } from "./account/AccountScreen";
import { CodesScreen } from "./codes/CodesScreen";
import { ExportScreen } from "./codes/ExportScreen";
import { ImportScreen } from "./codes/ImportScreen";
import { Lost } from "./frame/Lost";
import { LinkScreen } from "./link/LinkScreen";
import { LockScreen } from "./lock/LockScreen";
import { UnlockScreen } from "./lock/UnlockScreen";
import { HistoryScreen } from "./requests/HistoryScreen";
import { ReceiptScreen } from "./requests/ReceiptScreen";
import { RequestScreen } from "./requests/RequestScreen";
import { RequestsScreen } from "./requests/RequestsScreen";
import { SettingsScreen } from "./settings/SettingsScreen";

// bare are the screens that a browser without an account has.
export const bare = ["link", "codes", "settings"];

// screen gives what stands at a path.
export function screen([first = "", second = "", third = "", ...rest]: string[]): ComponentChild {
  if (rest.length > 0) return <Lost />;
  const at = [first, second && "·", third && "·"].filter(Boolean).join("/");
  switch (first) {
    case "":
      return <RequestsScreen />;
    case "link":
      return <LinkScreen way={second} />;
    case "unlock":
      return <UnlockScreen />;
    case "account":
      return second ? <AccountScreen account={second} part={third} key={second} /> : <Lost />;
    case "request":
      return at === "request/·/·" ? <RequestScreen account={second} id={third} key={third} /> : <Lost />;
    case "history":
      if (at === "history") return <HistoryScreen />;
      return third ? <ReceiptScreen account={second} id={third} key={third} /> : <Lost />;
    case "codes":
      if (at === "codes") return <CodesScreen />;
      if (at === "codes/·" && second === "export") return <ExportScreen />;
      return second === "import" && !third ? <ImportScreen /> : <Lost />;
    case "settings":
      if (at === "settings") return <SettingsScreen />;
      return second === "lock" && !third ? <LockScreen /> : <Lost />;
    default:
      return <Lost />;
  }
}
