import { AccountList } from "../account/AccountList";
import { Install } from "../push/Install";
import { Notifications } from "../push/Notifications";
import { to } from "../router";
import { Card } from "../ui/Card";
import { Icon } from "../ui/Icon";
import { t } from "../words";
import { About } from "./About";
import { Language } from "./Language";
import { Theme } from "./Theme";

// SettingsScreen is everything about this browser, and the way to each account.
export function SettingsScreen() {
  return (
    <div class="stack-large" data-testid="settings">
      <h1>{t("shell.settings.title")}</h1>
      <section class="stack">
        <h2>{t("shell.settings.accounts")}</h2>
        <AccountList />
      </section>
      <section class="stack">
        <h2>{t("shell.settings.lock")}</h2>
        <ul class="rows">
          <li><a href={to("settings", "lock")} data-testid="open-lock"><Icon name="lock" /><span class="row-text"><span>{t("shell.settings.lock.open")}</span></span><Icon name="next" /></a></li>
        </ul>
      </section>
      <Card title={t("shell.settings.notifications")}><Notifications /></Card>
      <Card title={t("shell.settings.look")}><Theme /><Language /></Card>
      <Card title={t("shell.settings.install")}><Install /></Card>
      <About />
    </div>
  );
}
