// The page: one request, its two answers, and what became of it.

import { answer, question, Refusal, supported } from "./passkeys.js";
import { expiry, signable } from "./question.js";
import { buttons } from "./view/buttons.js";
import { announce, h, remaining, when } from "./view/dom.js";
import { asker, body, loading, notSignable } from "./view/parts.js";
import { needs } from "./view/needs.js";
import { explain, tooLate } from "./view/reasons.js";
import { ended, trouble } from "./view/ended.js";

const main = document.getElementById("main");
const id = decodeURIComponent(location.pathname.split("/").filter(Boolean).at(-1) ?? "");
const lastCall = 30000;

function show(node, { focus = false } = {}) {
  main.replaceChildren(node);
  main.removeAttribute("aria-busy");
  if (focus) main.querySelector("h1")?.focus();
}

let stop = new AbortController();

// begin looks the request up and shows it.
async function begin() {
  stop.abort();
  stop = new AbortController();
  show(loading("Opening the request…"));
  try {
    const asked = await question(id);
    if (asked.state !== "pending") show(ended(asked.state));
    else show(supported() ? request(asked, stop.signal) : trouble(unsupported()));
  } catch (error) {
    show(error.code === "challenge_unknown" ? ended("unknown") : trouble(explain(error), begin));
  }
}

const unsupported = () => (globalThis.isSecureContext
  ? "This browser has no passkeys. Open this page in another browser, or answer on another of your devices."
  : "This page needs https. Open it by an address that begins with https://.");

function request(asked, signal) {
  const asking = asked.question;
  if (!signable(asked)) return h("div", { class: "stack" }, h("h1", {}, "Request"), notSignable());
  const skew = asked.serverTime - Date.now();
  const ends = expiry(asking);
  const clock = h("span", { class: "tag pending", role: "timer", "data-testid": "countdown" });
  const answers = h("div", { class: "answers" });
  const finish = (...how) => {
    stop.abort();
    show(ended(...how), { focus: true });
  };
  const send = async (decision, onPrompt) => {
    try {
      const { receipt, failure } = await answer(asked, decision, { onPrompt });
      finish(failure ? "failed" : decision.approve ? "approved" : "denied", { message: asking.message, receipt, failure, id });
    } catch (error) {
      if (!(error instanceof Refusal) || !tooLate[error.code]) throw error;
      finish(tooLate[error.code], { message: asking.message });
    }
  };
  buttons(answers, { question: asking, send });
  const tick = () => {
    const left = ends - (Date.now() + skew);
    clock.textContent = ends === Infinity ? "stays open" : remaining(left);
    if (left <= 0) finish("expired", { message: asking.message });
    else if (left <= lastCall && left > lastCall - 1000) announce("This request expires in half a minute");
  };
  const ticker = setInterval(tick, 1000);
  signal.addEventListener("abort", () => clearInterval(ticker));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !answers.dataset.busy) look(finish, asking);
  }, { signal });
  tick();
  return h("article", { class: "question card raised", "data-testid": "request-detail", "data-id": id },
    h("div", { class: "question-head" }, asker(asking), clock),
    h("div", { class: "question-body stack" }, body(asking), needs(asking.policy),
      h("p", { class: "small soft" }, "Asked ", h("time", { datetime: asking.created_at }, when(asking.created_at)))),
    answers,
  );
}

// look sees whether the request was answered elsewhere while nobody was here.
async function look(finish, asking) {
  try {
    const now = await question(id);
    if (now.state !== "pending") finish(now.state, { message: asking.message });
  } catch {
    // It is looked at again when it is answered.
  }
}

begin();
