import { place, to } from "../router";
import type { Account } from "../state/account";
import { accounts } from "../state/accounts";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { visible } from "../ui/Quote";
import { t } from "../words";

// Troubles are accounts of which no request arrives, or whose answers prove
// nothing, until the person looks at them. The frame has them once.
export function Troubles() {
  return <>{accounts.value.map((account) => <Trouble key={account.id} account={account} />)}</>;
}

function Trouble({ account }: { account: Account }) {
  const name = visible(account.title.value);
  const unbound = account.unbound.value;
  const [screen, id] = place.value.path;
  if (screen === "account" && id === account.id) return null;
  if (!unbound && !account.keyChanged.value) return null;
  return (
    <Note kind="wait" testid={unbound ? "trouble-unbound" : "trouble-key"}>
      <Icon name="alert" />
      <span>{unbound ? t("account.gone.unbound.title", { name }) : t("account.key_changed.notice", { name })}</span>
      <a href={to("account", account.id)}>{t("account.look")}</a>
    </Note>
  );
}
