// One request: everything that is signed, and the two answers.

import { expiry, signable } from "../question.js";
import { actions } from "./answers.js";
import { announce, h, remaining, when } from "./dom.js";
import { outcome, verdict } from "./outcome.js";
import { asker, body, loading, notSignable } from "./parts.js";
import { shortfall } from "./shortfall.js";
import { explain, tooLate } from "./words.js";

const lastCall = 30000;

export function requestView(session, id, signal) {
  const place = h("div", {}, loading("Opening the request…"));
  const open = (challenge) => {
    place.replaceChildren(challenge.state === "pending" ? question(session, challenge, place, signal) : outcome(session, challenge));
  };
  const known = session.pending.find((challenge) => challenge.id === id);
  if (known) open(known);
  else {
    session.api.challenge(id).then(open, (error) => place.replaceChildren(
      h("p", { class: "note bad", role: "alert", "data-testid": "error" }, explain(error)), backLink()));
  }
  return place;
}

const backLink = () => h("p", {}, h("a", { href: "#/" }, "Back to the requests"));

function question(session, challenge, place, signal) {
  const asked = challenge.question;
  if (!signable(challenge)) return h("div", { class: "stack" }, h("h1", {}, "Request"), notSignable(), backLink());
  const ends = expiry(asked);
  const clockFace = h("span", { class: "tag pending", role: "timer", "data-testid": "countdown" });
  const answers = h("div", { class: "answers" });
  const finish = (node) => {
    stop.abort();
    place.replaceChildren(node);
    place.querySelector("h1")?.focus();
  };
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const answer = async (decision) => {
    try {
      const { receipt, failure } = await session.answer(challenge, decision);
      finish(verdict(failure ? "failed" : decision.approve ? "approved" : "denied", { challenge, receipt, failure }));
    } catch (error) {
      const late = tooLate[error.code];
      if (!late) throw error;
      finish(verdict(late, { challenge }));
    }
  };
  actions(answers, { session, question: asked, answer });
  const tick = () => {
    const left = ends - session.clock.now();
    clockFace.textContent = ends === Infinity ? "stays open" : remaining(left);
    if (left <= 0) finish(verdict("expired", { challenge }));
    else if (left <= lastCall && left > lastCall - 1000) announce("This request expires in half a minute");
  };
  const ticker = setInterval(tick, 1000);
  both.addEventListener("abort", () => clearInterval(ticker));
  session.addEventListener("pending", () => {
    if (answers.dataset.busy || session.pending.some((other) => other.id === challenge.id)) return;
    session.api.challenge(challenge.id).then((now) => { if (!both.aborted && now.state !== "pending") finish(outcome(session, now)); }, () => {});
  }, { signal: both });
  tick();
  return h("article", { class: "question card raised", "data-testid": "request-detail", "data-id": challenge.id },
    h("div", { class: "question-head" }, asker(asked), clockFace),
    h("div", { class: "question-body stack" }, body(asked), shortfall(session, asked.policy), h("p", { class: "small soft" }, "Asked ", h("time", { datetime: asked.created_at }, when(asked.created_at)))),
    answers,
  );
}
