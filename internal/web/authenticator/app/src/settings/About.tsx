import { licenses, version } from "../frame/page";
import { Card } from "../ui/Card";
import { Facts } from "../ui/Facts";
import { t } from "../words";

// About says what this is and whose.
export function About() {
  return (
    <Card title={t("shell.settings.about")} testid="about">
      <p class="soft">{t("shell.settings.about.text")}</p>
      <Facts of={[[t("shell.settings.about.version"), version]]} />
      <p><a href={licenses}>{t("shell.settings.about.licenses")}</a></p>
    </Card>
  );
}
