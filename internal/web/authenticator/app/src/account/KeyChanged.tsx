import { host } from "../link/servers";
import type { Account } from "../state/account";
import { Note } from "../ui/Note";
import { t } from "../words";

// KeyChanged warns when a server seals by another key than on the day of
// linking: receipts sealed by it prove nothing to this device.
export function KeyChanged({ account }: { account: Account }) {
  if (!account.keyChanged.value) return null;
  return (
    <Note kind="bad" testid="key-changed">
      <strong>{t("account.key_changed.title")}</strong>
      <p>{t("account.key_changed.text", { host: host(account.server) })}</p>
    </Note>
  );
}
