import { useEffect } from "preact/hooks";
import { to } from "../router";
import { find } from "../state/accounts";
import { Back } from "../ui/Back";
import { Branded } from "../ui/Branded";
import { Empty } from "../ui/Empty";
import { t } from "../words";
import { Devices } from "./Devices";
import { KeyChanged } from "./KeyChanged";
import { Overview } from "./Overview";
import { JoinOther } from "./JoinOther";
import { RecoveryCodes } from "./RecoveryCodes";
import { Sessions } from "./Sessions";
import { Unbound } from "./Unbound";
import type { Account } from "../state/account";

// AccountScreen is one account: "#/account/x" shows it, and what follows manages
// it.
export function AccountScreen({ account: id, part }: { account: string; part: string }) {
  const account = find(id);
  useEffect(() => { account?.refresh().catch(() => {}); }, [account, part]);
  if (!account) return <Unknown />;
  return (
    <Branded account={account}>
      <div class="stack account">
        <Back to={part ? to("account", id) : to("settings")} word={part ? account.title.value : t("shell.settings.title")} />
        <KeyChanged account={account} />
        <Unbound account={account} />
        <Part account={account} part={part} />
      </div>
    </Branded>
  );
}

function Part({ account, part }: { account: Account; part: string }) {
  switch (part) {
    case "devices":
      return <Devices account={account} />;
    case "sessions":
      return <Sessions account={account} />;
    case "recovery":
      return <RecoveryCodes account={account} />;
    case "add":
    case "move":
      return <JoinOther account={account} purpose={part} key={part} />;
    default:
      return <Overview account={account} />;
  }
}

function Unknown() {
  return (
    <Empty title={t("account.unknown.title")} alone testid="no-account">
      <p>{t("account.unknown.text")}</p>
      <p><a class="button" href="#/">{t("account.unknown.back")}</a></p>
    </Empty>
  );
}
