import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Decision } from "../state/account";
import { Button } from "../ui/Button";
import { ErrorNote } from "../ui/ErrorNote";
import { Hold } from "../ui/Hold";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { visible } from "../ui/Quote";
import { t } from "../words";
import type { Question } from "../wire/types";
import { complete } from "./NumberMatch";
import { demanded, prove } from "./unlock";

export interface AnswersProps {
  question: Question;
  end: RefObject<HTMLElement | null>; // of the question
  bar: RefObject<HTMLDivElement | null>;
  seen: boolean; // the end
  number: string; // what was chosen or typed
  warning: "" | "denied" | "flood"; // why to be careful: a denial a short while ago, or many requests
  busy: boolean;
  onAnswer: (decision: Decision) => Promise<void>;
  onDeny: () => void;
  onNumber: () => void; // go to where the number is asked
}

// Answers are the two answers to a request. Approve is out of reach until all
// of it was seen and the number, if one is asked, was given.
export function Answers({ question, end, bar, seen, number, warning, busy, onAnswer, onDeny, onNumber }: AnswersProps) {
  const [error, setError] = useState<unknown>();
  const [locked, setLocked] = useState(false);
  const [asking, setAsking] = useState(false); // for the lock
  const [calm, setCalm] = useState(true); // nobody is pressing Read on any more
  useEffect(() => {
    if (calm || !seen) return;
    if (document.activeElement === document.body) end.current?.focus({ preventScroll: true });
    const timer = setTimeout(() => setCalm(true), restTime);
    return () => clearTimeout(timer);
  }, [calm, seen]);
  const slow = warning !== "" && !question.match; // a number keeps strangers out better than time
  const approve = async () => {
    setError(undefined);
    setLocked(false);
    setAsking(true);
    try {
      const proof = await prove(question);
      if (Array.isArray(proof)) await onAnswer({ approve: true, methods: proof, ...(question.match && { match: number }) });
      else if (proof === "failed" && demanded(question)) await onAnswer({ failure: "authentication" });
      else setLocked(true);
    } catch (caught) {
      setError(caught);
    } finally {
      setAsking(false);
    }
  };
  const working = busy || asking;
  const ready = complete(question.match, number);
  return (
    <div class="answers" ref={bar}>
      <ErrorNote error={error} />
      {locked && <Note kind="wait" testid="not-unlocked">{t("requests.answer.locked")}</Note>}
      {warning === "flood" && <Note kind="wait" testid="in-flood"><Icon name="alert" />{t("requests.answer.flood", { application: visible(question.application.name) })}</Note>}
      {warning === "denied" && slow && <Note kind="wait" testid="after-denial"><Icon name="alert" />{t("requests.answer.after_denial")}</Note>}
      <div class="answer-row">
        <Button kind="danger" size="wide" testid="deny" disabled={working} onClick={onDeny}><Icon name="cross" />{t("requests.answer.deny")}</Button>
        {!seen && <ReadOn bar={bar} onTurn={() => setCalm(false)} />}
        {seen && !ready && (
          <Button kind="quiet" size="wide" testid="number-first" onClick={onNumber}>{t(question.match?.choices ? "requests.answer.number.first" : "requests.answer.number.type")}</Button>
        )}
        {seen && ready && (
          <Hold slow={slow} armed={t("requests.answer.again")} busy={working} disabled={!calm} testid="approve" describedBy="approve-hint" onDone={() => void approve()}>
            {busy ? t("requests.answer.signing") : question.match ? t("requests.answer.hold.number", { number }) : t("requests.answer.hold")}
          </Hold>
        )}
      </div>
      <p class="hint center" id="approve-hint">{t(!seen ? "requests.answer.more.hint" : ready ? "requests.answer.hint" : "requests.number.once")}</p>
    </div>
  );
}

const overlap = 48; // what was last read stays in sight
const restTime = 700; // longer than one takes to press again

// ReadOn stands where Approve will be, and shows the next part. Whoever pressed
// this must not press Approve by going on: that rests for a moment, and the focus
// goes to the end of the question.
function ReadOn({ bar, onTurn }: Pick<AnswersProps, "bar"> & { onTurn: () => void }) {
  const turn = () => {
    onTurn();
    const page = (bar.current?.getBoundingClientRect().top ?? innerHeight) - overlap;
    scrollBy({ top: Math.max(page / 2, overlap), behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth" });
  };
  return <Button kind="quiet" size="wide" testid="read-on" onClick={turn}><Icon name="down" />{t("requests.answer.more")}</Button>;
}
