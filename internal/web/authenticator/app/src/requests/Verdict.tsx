import { useEffect, useRef } from "preact/hooks";
import { to } from "../router";
import { waiting } from "../state/accounts";
import type { Account } from "../state/account";
import { Icon, type IconName } from "../ui/Icon";
import { Note } from "../ui/Note";
import { Quote } from "../ui/Quote";
import { type Key, t } from "../words";
import type { Challenge } from "../wire/types";
import { type Ended, type Outcome, whyNot } from "./answering";

const icons: Record<Outcome, IconName> = {
  approved: "check", denied: "cross", fraud: "shield", failed: "cross", mismatched: "alert", expired: "clock", cancelled: "clock", answered: "check", unknown: "clock",
};

// Verdict is the page after an answer, or in its place.
export function Verdict({ account, challenge, ended }: { account: Account; challenge: Challenge; ended: Ended }) {
  const { outcome, receipt, failure, doubt } = ended;
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    scrollTo(0, 0);
    head.current?.focus({ preventScroll: true });
  }, []);
  const why = failure && whyNot(failure);
  return (
    <article class={`verdict card raised stack center ${outcome}`} data-testid="outcome" data-outcome={outcome === "fraud" ? "denied" : outcome} data-id={challenge.id}>
      <span class="seal" aria-hidden="true"><Icon name={icons[outcome]} /></span>
      <h1 tabIndex={-1} ref={head}>{t(`requests.outcome.${outcome}.title` as Key)}</h1>
      <p class="verdict-message" data-testid="outcome-message"><Quote text={challenge.question.message} /></p>
      {failure && <p data-testid="failure">{why ? t(why) : <Quote text={failure} />}</p>}
      <p class="soft">{t(`requests.outcome.${outcome}.text` as Key)}</p>
      {outcome === "mismatched" && <Note kind="wait" testid="mismatch-warning">{t("requests.outcome.mismatched.warn")}</Note>}
      {doubt && <Note kind="bad" testid="receipt-doubt">{t("requests.outcome.unchecked")}</Note>}
      {receipt && <p class="small soft" data-testid="receipt-checked">{t("requests.outcome.checked")}</p>}
      <p class="row center-row">
        {(receipt || outcome === "answered") && <a class="button quiet" href={to("history", account.id, challenge.id)} data-testid="see-receipt">{t(receipt ? "requests.outcome.receipt" : "requests.outcome.stands")}</a>}
        <Next />
      </p>
    </article>
  );
}

// Next leads to the list, and says how much is left in it.
function Next() {
  const left = waiting.value;
  return <a class="button" href={to()} data-testid="done">{left > 0 ? t("requests.outcome.next", { n: left }) : t("requests.outcome.done")}</a>;
}
