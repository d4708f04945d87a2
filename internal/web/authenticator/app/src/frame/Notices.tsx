import { Troubles } from "../account/Troubles";
import { accounts } from "../state/accounts";
import { online } from "../state/online";
import { update } from "../push/update";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { t } from "../words";

// Notices stand above every screen while they hold.
export function Notices() {
  const takeUpdate = update.value;
  const offline = !online.value && accounts.value.length > 0;
  const trouble = accounts.value.some((account) => account.unbound.value || account.keyChanged.value);
  if (!offline && !takeUpdate && !trouble) return null;
  return (
    <aside class="notices stack-small" aria-live="polite">
      {offline && <Note kind="wait" testid="offline"><Icon name="offline" /><span><strong>{t("shell.offline.title")}.</strong> {t("shell.offline.text")}</span></Note>}
      <Troubles />
      {takeUpdate && <Note testid="update"><span>{t("shell.update.text")}</span><Button size="small" onClick={takeUpdate} testid="take-update">{t("shell.update.take")}</Button></Note>}
    </aside>
  );
}
