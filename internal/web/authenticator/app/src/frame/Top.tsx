import { accounts } from "../state/accounts";
import { online } from "../state/online";
import { t } from "../words";
import { LockButton } from "../lock/LockButton";
import { to } from "../router";
import { Icon } from "../ui/Icon";
import { mark } from "./page";

// Top says where this is and whether requests arrive. Where no tabs lead to the
// settings, such as those of the language, it does.
export function Top({ settings }: { settings: boolean }) {
  return (
    <header class="top">
      <a class="brand" href="#/"><img src={mark} alt="" width="28" height="28" />{t("shell.name")}</a>
      <div class="top-side"><Connection /><LockButton />{settings && <SettingsLink />}</div>
    </header>
  );
}

function SettingsLink() {
  return <a class="button plain small" href={to("settings")} aria-label={t("shell.tab.settings")} data-testid="open-settings"><Icon name="settings" /></a>;
}

// Connection speaks for all accounts: of several servers, one may be away.
function Connection() {
  const states = accounts.value.map((account) => account.live.value);
  const away = states.filter((state) => state === "offline").length;
  if (states.length === 0) return <p class="connection" id="connection" data-testid="connection" role="status" />;
  if (!online.value || away === states.length) return <State of="offline" word={t("shell.live.offline")} />;
  if (away > 0) return <State of="offline" word={t("shell.live.some")} />;
  if (states.includes("")) return <State of="" word={t("shell.live.connecting")} />;
  return <State of={states.includes("polling") ? "polling" : "live"} word={t("shell.live.live")} />;
}

function State({ of, word }: { of: string; word: string }) {
  return <p class="connection" id="connection" data-testid="connection" data-state={of} role="status">{word}</p>;
}
