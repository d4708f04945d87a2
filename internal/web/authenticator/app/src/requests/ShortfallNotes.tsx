import { to } from "../router";
import type { Method } from "../state/account";
import { Note } from "../ui/Note";
import { t } from "../words";
import type { Policy } from "../wire/types";
import { shortfall } from "./shortfall";

// ShortfallNotes say before anybody decides what this browser cannot do, or will
// ask for.
export function ShortfallNotes({ policy, configured }: { policy: Policy | undefined; configured: readonly Method[] }) {
  const { methods, location, land } = shortfall(policy, configured);
  if (methods === "" && !location) return null;
  return (
    <div class="stack-small small" data-testid="shortfall">
      {methods === "lock" && <Note kind="wait" testid="needs-pin">{t("requests.short.lock")} <a href={to("settings", "lock")}>{t("requests.short.lock.go")}</a></Note>}
      {methods === "never" && <Note kind="bad" testid="cannot-meet">{t("requests.short.never")}</Note>}
      {location && <Note testid="uses-location">{t("requests.short.location")}{land && <> {t("requests.short.land")}</>}</Note>}
    </div>
  );
}
