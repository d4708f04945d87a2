// What a receipt proves about a request: that the question shown is the one
// that was signed, by whom, and that the server this browser knows sealed it.

import { canonical } from "../../../../protocol/modules/canonical.js";
import { fromBase64url, hash } from "../../../../protocol/modules/encode.js";
import { thumbprint } from "../../../../protocol/modules/keys.js";
import { checkReceipt } from "../../../../protocol/modules/receipt.js";
import type { Challenge, JWK, Receipt } from "../wire/types";

// Seal is the server's word that it took the statement.
export interface Seal {
  challenge: string;
  event: string;
  received_at: string;
}

// Statement is what was signed, as far as it is shown.
export interface Statement {
  question: unknown;
  decision: "approved" | "denied";
  reason: string;
  fraud: boolean;
  factors: readonly string[];
  device?: { readonly id: string; readonly key: string };
  relying_party?: { readonly id: string };
  device_time: string;
  failure?: string;
  evidence?: unknown;
  packages?: string;
  match?: string;
}

// Proved is a receipt whose checks have all passed.
export interface Proved {
  receipt: Receipt;
  statement: Statement;
  seal: Seal;
  statementHash: string;
  serverKey: string;
}

// Doubt names a check that failed; the words are the catalogue's.
export class Doubt extends Error {
  constructor(readonly about: "seal" | "question" | "decision", cause?: unknown) {
    super(cause instanceof Error ? cause.message : about, { cause });
    this.name = "Doubt";
  }
}

// prove checks a receipt against the request it should be about, and throws a Doubt.
export async function prove(receipt: Receipt, challenge: Challenge, serverKey: JWK): Promise<Proved> {
  const seal = await sealed(receipt, serverKey);
  const statement = statementOf(receipt);
  if (seal.challenge !== challenge.id || canonical(statement.question) !== canonical(challenge.question)) throw new Doubt("question");
  if (statement.decision !== challenge.state) throw new Doubt("decision");
  return { receipt, statement, seal, statementHash: await hash(receipt.statement), serverKey: await thumbprint(serverKey) };
}

async function sealed(receipt: Receipt, serverKey: JWK): Promise<Seal> {
  try {
    const { challenge = "", event = "", received_at = "" } = await checkReceipt(receipt, { deviceKey: receipt.device_key, serverKey });
    return { challenge, event, received_at };
  } catch (error) {
    throw new Doubt("seal", error);
  }
}

// statementOf reads what checkReceipt found to be rightly signed: the payload
// of a device's JWS, or the whole text that a passkey signed.
function statementOf({ statement, passkey }: Receipt): Statement {
  const part = passkey === undefined ? statement.split(".")[1] : statement;
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(fromBase64url(part ?? "")));
}
