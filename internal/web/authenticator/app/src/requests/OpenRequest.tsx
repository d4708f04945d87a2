import { useEffect, useRef, useState } from "preact/hooks";
import { expiry } from "../../../../protocol/modules/question.js";
import { KeyChanged } from "../account/KeyChanged";
import type { Account, Decision } from "../state/account";
import { announce } from "../ui/announce";
import { Branded } from "../ui/Branded";
import { useNow } from "../ui/Countdown";
import { t, when } from "../words";
import type { Challenge } from "../wire/types";
import { answer, type Ended } from "./answering";
import { Answers } from "./Answers";
import { askedOf } from "./asked";
import { Asker } from "./Asker";
import { useDeniedLately } from "./denials";
import { DenyForm } from "./DenyForm";
import { isFlood } from "./flood";
import { NumberMatch } from "./NumberMatch";
import { QuestionBody } from "./QuestionBody";
import { useSeen } from "./seen";
import { Age } from "./RequestCard";
import { ShortfallNotes } from "./ShortfallNotes";
import { lastCall, TimeLeft } from "./TimeLeft";
import { configured } from "../lock/lock";

export interface OpenRequestProps {
  account: Account;
  challenge: Challenge;
  onEnded: (ended: Ended) => void;
  onBusy: (busy: boolean) => void; // while an answer is on its way
}

const leaving = 260;

// OpenRequest is a request that waits for its answer.
export function OpenRequest({ account, challenge, onEnded, onBusy }: OpenRequestProps) {
  const { question } = challenge;
  const [number, setNumber] = useState("");
  const [denying, setDenying] = useState<"" | "asked" | "not-me">("");
  const [busy, setBusy] = useState(false);
  const [gone, setGone] = useState(""); // the side to which it leaves
  const end = useRef<HTMLParagraphElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const asked = useRef<HTMLElement>(null);
  const seen = useSeen(end, bar);
  const lately = useDeniedLately(account);
  const warning = floods(account, challenge) ? "flood" : lately ? "denied" : "";
  const send = async (decision: Decision) => {
    setBusy(true);
    onBusy(true);
    try {
      const ended = await answer(account, challenge, decision, configured.peek());
      setDenying("");
      setGone(ended.outcome);
      await pause();
      onEnded(ended);
    } finally {
      setBusy(false);
      onBusy(false);
    }
  };
  useExpiry(account, challenge, busy, onEnded);
  return (
    <Branded account={account}>
      <KeyChanged account={account} />
      <article class="question card raised" data-testid="request-detail" data-id={challenge.id} data-leaving={gone || undefined}>
        <header class="question-head"><Asker account={account} challenge={challenge} /><TimeLeft account={account} question={question} testid="countdown" /></header>
        <div class="question-body stack">
          <QuestionBody question={question} />
          <ShortfallNotes policy={question.policy} configured={configured.value} />
          <p class="small soft asked" ref={end} tabIndex={-1}><Age waiting={{ account, challenge }} /> · <time dateTime={question.created_at}>{when(question.created_at)}</time></p>
          {question.match && <NumberMatch question={question} match={question.match} value={number} onChange={setNumber} disabled={busy} place={asked} onNone={() => setDenying("not-me")} />}
        </div>
        <Answers {...{ question, end, bar, seen, number, warning, busy }} onAnswer={send} onDeny={() => setDenying("asked")} onNumber={() => { asked.current?.focus(); asked.current?.scrollIntoView({ block: "center" }); }} />
      </article>
      {denying !== "" && <DenyForm offered={question.reasons} notMe={denying === "not-me"} onDeny={send} onBack={() => setDenying("")} />}
    </Branded>
  );
}

// floods says whether the request is one of many.
const floods = (account: Account, { id }: Challenge): boolean =>
  askedOf(account).some((one) => isFlood(one) && one.requests.some(({ challenge }) => challenge.id === id));

// pause lets the card leave to the side it was decided to.
const pause = (): Promise<void> => new Promise((resolve) => {
  setTimeout(resolve, matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : leaving);
});

// useExpiry ends a question by this side's clock, unless an answer is on its
// way, and says so shortly before.
function useExpiry(account: Account, { question }: Challenge, busy: boolean, onEnded: (ended: Ended) => void): void {
  const left: number = expiry(question) - useNow(account.clock, 1000);
  const near = left <= lastCall;
  const over = left <= 0 && !busy;
  useEffect(() => { if (near && left > 0) announce(t("requests.soon")); }, [near]);
  useEffect(() => { if (over) onEnded({ outcome: "expired" }); }, [over]);
}
