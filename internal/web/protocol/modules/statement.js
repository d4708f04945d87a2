// The signed answer: the question exactly as it came, and the decision.

import { sign } from "./jws.js";
import { takes } from "./match.js";
import { signable } from "./question.js";

// makeStatement signs an answer. A reason and a fraud mark belong to denials;
// failure, evidence and packages are there when the decision has them. An
// approval has a match, the number, exactly if the question asks for one.
/**
 * @param {import("./keys.js").Key} key
 * @param {string} deviceID
 * @param {{ id: string, question: object }} challenge
 * @param {object} decision
 * @param {number} at
 * @returns {Promise<string>}
 */
export async function makeStatement(key, deviceID, challenge, decision, at) {
  if (!signable(challenge)) throw new Error("This request cannot be answered here: it holds something that this page cannot show.");
  const approved = decision.approve === true;
  const { failure, evidence, packages } = decision;
  const { match } = challenge.question;
  if (approved && match && !takes(match, decision.match)) throw new Error("The number is missing.");
  const statement = {
    type: "twinseal.statement.v1",
    question: challenge.question,
    decision: approved ? "approved" : "denied",
    reason: approved ? "" : (decision.reason ?? ""),
    fraud: !approved && decision.fraud === true,
    factors: ["device", ...(decision.factors ?? [])],
    device: { id: deviceID, key: key.thumbprint },
    device_time: new Date(at).toISOString(),
    ...(approved && match && { match: decision.match }), ...(failure && { failure }), ...(evidence && { evidence }), ...(packages && { packages }),
  };
  return sign(key.privateKey, { alg: "ES256", kid: key.thumbprint, typ: "twinseal-statement+jwt" }, statement);
}
