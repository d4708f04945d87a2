// An answer before it is signed: what the question demands is judged here, and
// what is for the application alone is sealed.

import { takes } from "./match.js";
import { newPackage, nextPins, seal } from "./packages.js";
import { judge } from "./policy.js";

// draft gives { decision, packages, pins }: the decision as it is signed, the
// packages that go with it, and the pins to keep. Wanted is { approve, facts,
// match } or { approve: false, reason, fraud, reasonID } or { failure }.
export async function draft(question, device, pins, wanted) {
  const decision = decide(question, wanted);
  if (!question.recipient) return { decision };
  const fresh = nextPins(pins);
  const sealed = await seal(newPackage({
    challenge: question.challenge, device, pins: fresh,
    approved: decision.approve, failure: decision.failure, reasonID: decision.reasonID, fraud: decision.fraud,
    policy: question.policy, evidence: decision.found, configured: wanted.facts?.configured,
  }), question.recipient);
  return { decision: { ...decision, packages: sealed.hash }, packages: sealed.packages, pins: fresh };
}

// decide holds a yes to the policy, and a no to the reasons on offer.
function decide(question, { approve, failure, facts = nothing, match, ...denial }) {
  if (failure) return { approve: false, failure };
  if (!approve) return { approve: false, ...choose(question.reasons, denial) };
  if (question.match && !takes(question.match, match)) throw new Error("Say which number is shown where you started this.");
  const factors = factorsOf(facts.methods);
  const { evidence, failure: unmet } = judge(question.policy ?? {}, facts);
  const found = { approve: unmet === "", found: evidence, factors, ...(unmet ? { failure: unmet } : question.match && { match }) };
  return question.policy ? { ...found, evidence } : found;
}

// factorsOf names what unlocked the device, beside its key.
function factorsOf(methods) {
  return [["pin_code", "pin"], ["passkey", "passkey"]].filter(([method]) => methods.includes(method)).map(([, factor]) => factor);
}

const nothing = { methods: [], configured: [] };

function choose(offered, { reason = "", fraud = false, reasonID }) {
  if (!offered) return { reason, fraud };
  const chosen = offered.find((one) => one.id === reasonID);
  if (!chosen) throw new Error("Choose one of the reasons.");
  return { reason: chosen.text, fraud: chosen.fraud, reasonID };
}
