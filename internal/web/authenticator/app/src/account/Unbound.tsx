import { go } from "../router";
import type { Account } from "../state/account";
import { toast } from "../ui/announce";
import { Button } from "../ui/Button";
import { Note } from "../ui/Note";
import { visible } from "../ui/Quote";
import { t } from "../words";
import { leaveBy } from "./farewell";

// Unbound explains an account that its server refuses because this browser lost
// what it was bound to. Nothing but linking anew helps.
export function Unbound({ account }: { account: Account }) {
  if (!account.unbound.value) return null;
  const name = visible(account.title.value);
  const away = async () => {
    await leaveBy(account, "here", async () => {});
    toast(t("account.unlink.done", { name }));
    go("link");
  };
  return (
    <Note kind="bad" testid="unbound">
      <div class="stack-small">
        <strong>{t("account.gone.unbound.title", { name })}</strong>
        <p>{t("account.gone.unbound")}</p>
        <Button kind="quiet" size="small" testid="remove-unbound" onClick={() => void away()}>{t("account.gone.link")}</Button>
      </div>
    </Note>
  );
}
