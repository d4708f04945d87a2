import { Empty } from "../ui/Empty";
import { t } from "../words";

// Lost is shown for an address that leads nowhere.
export function Lost() {
  return (
    <Empty title={t("shell.lost.title")} alone testid="lost">
      <p>{t("shell.lost.text")}</p>
      <p><a class="button" href="#/">{t("shell.lost.home")}</a></p>
    </Empty>
  );
}
