// The signed answer: the question exactly as it came, and the decision.

import { sign } from "./jws.js";
import { signable } from "./question.js";

// makeStatement signs an answer. A reason and a fraud mark belong to denials.
export async function makeStatement(key, deviceID, challenge, decision, at) {
  if (!signable(challenge)) throw new Error("This request cannot be answered here: it holds something that this page cannot show.");
  const approved = decision.approve === true;
  const statement = {
    type: "twinseal.statement.v1",
    question: challenge.question,
    decision: approved ? "approved" : "denied",
    reason: approved ? "" : (decision.reason ?? ""),
    fraud: !approved && decision.fraud === true,
    factors: ["device"],
    device: { id: deviceID, key: key.thumbprint },
    device_time: new Date(at).toISOString(),
  };
  return sign(key.privateKey, { alg: "ES256", kid: key.thumbprint, typ: "twinseal-statement+jwt" }, statement);
}
