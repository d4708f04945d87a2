import { AccountList } from "../account/AccountList";
import { t } from "../words";

export function SettingsScreen() {
  return <div class="stack-large"><h1>{t("shell.settings.title")}</h1><AccountList /></div>;
}
