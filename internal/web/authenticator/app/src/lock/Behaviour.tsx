import { askAlways, lockAfter, set } from "../state/settings";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Choice } from "../ui/Choice";
import { Icon } from "../ui/Icon";
import { Segments } from "../ui/Segments";
import { t } from "../words";
import { lockAll } from "./lock";

// How long the app may be out of sight, in minutes.
const spans = [0, 1, 5, 15];

// Behaviour says when the lock asks.
export function Behaviour() {
  return (
    <Card raised testid="lock-behaviour">
      <Choice type="switch" checked={askAlways.value} hint={t("codes.lock.always.hint")} testid="ask-always" onChange={(on) => void set("askAlways", on)}>
        {t("codes.lock.always")}
      </Choice>
      <Segments label={t("codes.lock.after")} value={String(lockAfter.value)} onChange={(minutes) => void set("lockAfter", Number(minutes))}
        options={spans.map((span) => ({ value: String(span), word: span === 0 ? t("codes.lock.after.once") : t("codes.lock.after.minutes", { n: span }), testid: `lock-after-${span}` }))} />
      <Button size="wide" kind="quiet" testid="lock-now-here" onClick={lockAll}><Icon name="lock" />{t("codes.lock.now")}</Button>
    </Card>
  );
}
