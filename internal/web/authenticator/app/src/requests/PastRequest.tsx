import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { to } from "../router";
import type { Account } from "../state/account";
import { Branded } from "../ui/Branded";
import { Facts } from "../ui/Facts";
import { Note } from "../ui/Note";
import { Quote } from "../ui/Quote";
import { t, when } from "../words";
import type { Challenge } from "../wire/types";
import { whyNot } from "./answering";
import { Asker } from "./Asker";
import { QuestionBody } from "./QuestionBody";
import { ReceiptPart } from "./ReceiptPart";
import { StateTag } from "./StateTag";

// PastRequest shows a request that is over, with its receipt when there is one.
// Meanwhile says that it was open when the person began to look.
export function PastRequest({ account, challenge, meanwhile }: { account: Account; challenge: Challenge; meanwhile?: boolean }) {
  const { id, state, question } = challenge;
  const answered = state === "approved" || state === "denied";
  return (
    <Branded account={account}>
      {meanwhile && <Meanwhile challenge={challenge} />}
      <article class="question card raised" data-testid="past-request" data-id={id} data-state={state}>
        <header class="question-head"><Asker account={account} challenge={challenge} /><StateTag challenge={challenge} /></header>
        <div class="question-body stack">
          <QuestionBody question={question} />
          <Story challenge={challenge} />
          {answered && <ReceiptPart account={account} challenge={challenge} />}
          {state === "pending" && <a class="button" href={to("request", account.id, id)}>{t("requests.review")}</a>}
        </div>
      </article>
    </Branded>
  );
}

// Meanwhile says that others were faster, and takes the focus to where the two
// answers stood a moment ago.
function Meanwhile({ challenge: { state, failure } }: { challenge: Challenge }) {
  const head = useRef<HTMLDivElement>(null);
  useEffect(() => {
    scrollTo(0, 0);
    head.current?.focus({ preventScroll: true });
  }, []);
  const sentence = () => {
    if (state === "approved") return t("requests.outcome.elsewhere.approved");
    if (state === "denied") return t(failure ? "requests.outcome.answered.text" : "requests.outcome.elsewhere.denied");
    return t(state === "cancelled" ? "requests.outcome.cancelled.text" : "requests.outcome.expired.text");
  };
  return <div class="meanwhile" tabIndex={-1} ref={head}><Note kind={state === "approved" ? "bad" : "wait"} testid="meanwhile">{sentence()}</Note></div>;
}

// Story is when it was asked, and what became of it.
function Story({ challenge: { state, question, answered_at: at, reason, failure, fraud } }: { challenge: Challenge }) {
  const answered = state === "approved" || state === "denied";
  const why = failure ? whyNot(failure) : undefined;
  const facts: [ComponentChildren, ComponentChildren][] = [[t("requests.past.asked"), when(question.created_at)]];
  if (at) facts.push([t(answered ? "requests.past.answered" : "requests.past.ended"), when(at)]);
  if (reason) facts.push([t("requests.past.reason"), <Quote text={reason} />]);
  if (failure) facts.push([t("requests.past.why"), <span data-testid="failure">{why ? t(why) : <Quote text={failure} />}</span>]);
  if (fraud) facts.push([t("requests.past.reported"), t("requests.past.fraud")]);
  return <div class="story"><Facts of={facts} testid="story" /></div>;
}
