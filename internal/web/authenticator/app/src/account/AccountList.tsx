import { to } from "../router";
import type { Account } from "../state/account";
import { accounts } from "../state/accounts";
import { host } from "../link/servers";
import { Avatar } from "../ui/Avatar";
import { Branded } from "../ui/Branded";
import { Icon } from "../ui/Icon";
import { Quote } from "../ui/Quote";
import { t } from "../words";
import { logoOf } from "./logo";

// AccountList shows the accounts of this browser and leads to each of them.
export function AccountList() {
  return (
    <ul class="rows" data-testid="accounts" aria-label={t("account.list.title")}>
      {accounts.value.map((account) => <li key={account.id}><Row account={account} /></li>)}
      <li>
        <a href={to("link")} data-testid="add-account"><span class="row-picture"><Icon name="plus" /></span><span class="row-text"><span>{t("account.list.add")}</span></span></a>
      </li>
    </ul>
  );
}

function Row({ account }: { account: Account }) {
  const { organization, branding } = account.info.value;
  const warning = account.keyChanged.value;
  return (
    <a href={to("account", account.id)} data-testid="account-row">
      <Branded account={account}><Avatar name={account.title.value} load={logoOf(account)} of={branding?.logo ?? ""} /></Branded>
      <span class="row-text">
        <Quote text={account.title.value} />
        <span><Quote text={account.who.value} /></span>
        <span><Quote text={organization.name} /> · <Quote text={host(account.server)} /></span>
      </span>
      {warning ? <span class="tag bad"><Icon name="alert" /></span> : <Icon name="next" />}
    </a>
  );
}
