import { useState } from "preact/hooks";
import { Button } from "../ui/Button";
import { ErrorNote } from "../ui/ErrorNote";
import { Note } from "../ui/Note";
import { Quote } from "../ui/Quote";
import { t } from "../words";
import { Sentence } from "../words/Sentence";
import type { Join } from "./calls";
import { TimeLeft } from "./JoinCode";

// JoinChoice has the person pick the number that the other device shows. A wrong
// one ends the join, so there is no trying.
export function JoinChoice({ join, clock, onAnswer }: { join: Join; clock: { now(): number }; onAnswer: (number?: string) => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const answer = async (number?: string) => {
    setBusy(true);
    setError(undefined);
    try {
      await onAnswer(number);
    } catch (caught) {
      setError(caught);
      setBusy(false);
    }
  };
  return (
    <section class="card raised stack" data-testid="join-choice">
      <h1>{t("account.join.claimed")}</h1>
      <p role="alert"><Sentence of="account.join.claimed.by" with={{ name: <strong><Quote text={join.device?.name ?? ""} /></strong> }} /></p>
      <Note kind="wait">{t("account.join.claimed.warn")}</Note>
      <div class="numbers">
        {(join.choices ?? []).map((number) => (
          <Button key={number} kind="quiet" disabled={busy} testid="join-number" label={t("account.join.choice", { number })} onClick={() => void answer(number)}>{number}</Button>
        ))}
      </div>
      <ErrorNote error={error} />
      <Button kind="danger" size="wide" disabled={busy} testid="refuse-join" onClick={() => void answer()}>{t("account.join.none")}</Button>
      <TimeLeft clock={clock} until={join.expires_at} />
    </section>
  );
}
