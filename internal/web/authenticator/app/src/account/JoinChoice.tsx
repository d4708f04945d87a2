import { useState } from "preact/hooks";
import { Button } from "../ui/Button";
import { Form } from "../ui/Form";
import { Note } from "../ui/Note";
import { Quote } from "../ui/Quote";
import { t } from "../words";
import { Sentence } from "../words/Sentence";
import type { Join } from "./calls";
import { TimeLeft } from "./JoinCode";

// JoinChoice has the person pick the number that the other device shows. A wrong
// one ends the join, so that a slip of the finger is not an answer yet.
export function JoinChoice({ join, clock, onAnswer }: { join: Join; clock: { now(): number }; onAnswer: (number?: string) => Promise<void> }) {
  const [chosen, setChosen] = useState("");
  return (
    <section class="card raised stack" data-testid="join-choice">
      <h1>{t("account.join.claimed")}</h1>
      <p role="alert"><Sentence of="account.join.claimed.by" with={{ name: <strong><Quote text={join.device?.name ?? ""} /></strong> }} /></p>
      <div class="numbers" role="group" aria-label={t("account.join.claimed")}>
        {(join.choices ?? []).map((number) => (
          <Button key={number} kind="quiet" pressed={number === chosen} testid={`number-${number}`} label={t("account.join.choice", { number })} onClick={() => setChosen(number)}>{number}</Button>
        ))}
      </div>
      <Note kind="wait">{t("account.join.claimed.warn")}</Note>
      <Form word={t("account.join.approve")} busyWord={t("account.join.busy")} disabled={chosen === ""} testid="approve-join" onSubmit={() => onAnswer(chosen)} />
      <Refuse onAnswer={onAnswer} />
      <TimeLeft clock={clock} until={join.expires_at} />
    </section>
  );
}

function Refuse({ onAnswer }: { onAnswer: (number?: string) => Promise<void> }) {
  return <Form word={t("account.join.none")} danger testid="refuse-join" onSubmit={() => onAnswer()} />;
}
