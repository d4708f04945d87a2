import { host } from "../link/servers";
import type { Account } from "../state/account";
import { Avatar } from "../ui/Avatar";
import { Card } from "../ui/Card";
import { Facts } from "../ui/Facts";
import { Quote } from "../ui/Quote";
import { t, when } from "../words";
import { logoOf } from "./logo";
import { Menu } from "./Menu";
import { Rename } from "./Rename";
import { Unlink } from "./Unlink";

// Overview shows who this browser answers for at one server, and leads to what
// can be done about it.
export function Overview({ account }: { account: Account }) {
  const { branding, organization } = account.info.value;
  return (
    <>
      <header class="account-head">
        <Avatar name={account.title.value} load={logoOf(account)} of={branding?.logo ?? ""} size="large" />
        <div>
          <h1 class="account-name"><Quote text={account.title.value} /></h1>
          {organization.name !== account.title.value && <p class="soft"><Quote text={organization.name} /></p>}
        </div>
      </header>
      <Card raised testid="account"><Particulars account={account} /><Rename account={account} /><Keys account={account} /></Card>
      <Menu account={account} />
      <Unlink account={account} />
    </>
  );
}

function Particulars({ account }: { account: Account }) {
  const { device, user, directory, organization, applications } = account.info.value;
  const person = [user.email, user.phone].filter(Boolean).join(" · ") || user.alias || user.id;
  const names = applications.map((application) => application.name);
  return (
    <Facts of={[
      [t("account.person"), <Quote text={person} />],
      [t("account.number"), user.number ? String(user.number) : ""],
      [t("account.organization"), <Quote text={`${organization.name} · ${directory.name}`} />],
      [t("account.applications"), names.length > 0 ? <Quote text={names.join(", ")} /> : t("account.applications.none")],
      [t("account.server"), <Quote text={host(account.server)} />],
      [t("account.since"), when(device.created_at)],
      [t("account.device"), <Quote text={device.name} />],
    ]} />
  );
}

function Keys({ account }: { account: Account }) {
  const { device, server_key: server } = account.info.value;
  return (
    <details class="small">
      <summary>{t("account.keys")}</summary>
      <Facts of={[[t("account.keys.device"), <span class="mono">{device.key}</span>], [t("account.keys.server"), <span class="mono">{server.x}</span>]]} />
    </details>
  );
}
