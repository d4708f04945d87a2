// Challenges answered with passkeys, and passkeys linked, in any page of a
// relying party's origin:
//
//   import { question, answer } from "https://mfa.example/approve/approve.js";
//   const asked = await question(id);
//   const { receipt } = await answer(asked, { approve: true });
//
// Show people everything that stands in asked.question before you call answer:
// that is what they sign. Errors are Refusals, whose code is that of the API, or
// what the browser throws.

import { remember, remembered } from "./browser.js";
import { canonical } from "./canonical.js";
import { draft } from "./draft.js";
import { base64url, fromBase64url } from "./encode.js";
import { whereAmI } from "./place.js";
import { needsLocation, wantsMethods } from "./policy.js";
import { signable } from "./question.js";

// home is the server that this module came from.
const home = new URL(import.meta.url).origin;

const prefix = "/api/v1/passkeys";
const patience = 20000;

// Refusal is the server's no (RFC 9457), or this module's.
export class Refusal extends Error {
  constructor(code, message, status = 0) {
    super(message);
    this.name = "Refusal";
    this.code = code;
    this.status = status;
  }
}

// supported says whether this browser can use passkeys here.
export const supported = () => globalThis.isSecureContext === true && typeof globalThis.PublicKeyCredential === "function";

// question gives { id, state, question, logos, serverTime }. The question is
// there while the state is "pending".
export async function question(id, { server = home, signal } = {}) {
  const found = await call(server, "GET", `/approvals/${encodeURIComponent(id)}`, undefined, signal);
  return { ...found, serverTime: Date.parse(found.server_time) };
}

// answer signs { approve: true, match } — match is the number, where
// asked.question.match asks for one — or { approve: false, reason, fraud, reasonID }
// with a passkey of the person, who is asked by the browser, and gives
// { receipt, failure }. An approval that cannot satisfy the question's policy is
// signed as a denial; failure says why.
export async function answer(asked, wanted, { server = home, signal, onPrompt } = {}) {
  if (!signable(asked)) throw new Refusal("unsignable", "This request holds something that this page cannot show, and what cannot be shown is not signed.");
  const asking = asked.question;
  const app = `${asking.user.id} ${asking.application.id}`;
  const known = remembered(app);
  const facts = wanted.approve ? await factsFor(asking.policy) : undefined;
  const { decision, packages, pins } = await draft(asking, known.device, known.pins, { ...wanted, facts });
  if (pins) remember(app, { device: known.device, pins });
  const path = `/approvals/${encodeURIComponent(asked.id)}`;
  const begun = await call(server, "POST", path, {
    decision: decision.approve ? "approved" : "denied",
    reason: decision.approve ? undefined : decision.reason, fraud: decision.approve ? undefined : decision.fraud,
    failure: decision.failure, evidence: decision.evidence, match: decision.match, packages: decision.packages,
  }, signal);
  await holds(begun, asking, decision);
  onPrompt?.();
  const credential = await sign(begun.options, signal);
  const body = { statement: begun.statement, credential, packages };
  const send = () => call(server, "POST", `${path}/answer`, body, signal);
  // An answer whose response was lost is sent again: the server gives the same receipt.
  const receipt = await send().catch((error) => (error instanceof Refusal ? Promise.reject(error) : send()));
  return { receipt, failure: decision.failure };
}

// factsFor are what this browser knows. It cannot tell whether the system under
// it was tampered with. Where methods are demanded, the passkey is asked to
// verify the person, and refuses if it cannot.
async function factsFor(policy) {
  const where = policy && needsLocation(policy) ? await whereAmI() : {};
  const passkey = { verified: policy !== undefined && wantsMethods(policy), synced: false };
  return { methods: [], configured: [], ...where, rooted: false, emulator: false, time: Date.now(), passkey };
}

// holds looks whether what is to be signed is what was shown and chosen.
async function holds({ statement, options }, asking, decision) {
  const bytes = fromBase64url(statement);
  const digest = base64url(await crypto.subtle.digest("SHA-256", bytes));
  const said = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  const same = canonical(said.question) === canonical(asking) && said.decision === (decision.approve ? "approved" : "denied") &&
    (said.match ?? "") === (decision.match ?? "") && said.relying_party?.id === options.rpId && (said.packages ?? "") === (decision.packages ?? "") && digest === options.challenge;
  if (!same) throw new Refusal("statement_mismatch", "The server asks to sign something else than what was shown. Nothing was signed.");
}

async function sign(options, signal) {
  const publicKey = {
    ...options, challenge: fromBase64url(options.challenge),
    allowCredentials: options.allowCredentials.map((one) => ({ ...one, id: fromBase64url(one.id) })),
  };
  const credential = await navigator.credentials.get({ publicKey, signal });
  const { clientDataJSON, authenticatorData, signature, userHandle } = credential.response;
  return wire(credential, {
    clientDataJSON: base64url(clientDataJSON), authenticatorData: base64url(authenticatorData), signature: base64url(signature),
    ...(userHandle?.byteLength && { userHandle: base64url(userHandle) }),
  });
}

// link makes a passkey by a linking code, of whatever kind the application gave,
// and gives { id, name, synced, created_at }.
export async function link(code, { name = "", server = home, signal, onPrompt } = {}) {
  const begun = await call(server, "POST", "/registrations", { code, name }, signal);
  const { options } = begun;
  onPrompt?.();
  const publicKey = {
    ...options, challenge: fromBase64url(options.challenge), user: { ...options.user, id: fromBase64url(options.user.id) },
    excludeCredentials: options.excludeCredentials.map((one) => ({ ...one, id: fromBase64url(one.id) })),
  };
  const made = await navigator.credentials.create({ publicKey, signal });
  const { clientDataJSON, attestationObject } = made.response;
  const credential = wire(made, {
    clientDataJSON: base64url(clientDataJSON), attestationObject: base64url(attestationObject), transports: made.response.getTransports?.() ?? [],
  });
  return call(server, "POST", `/registrations/${encodeURIComponent(begun.id)}`, { credential, name }, signal);
}

const wire = (credential, response) => ({ id: credential.id, rawId: base64url(credential.rawId), type: credential.type, response });

async function call(server, method, path, body, signal) {
  const timeout = AbortSignal.timeout(patience);
  const reply = await fetch(server + prefix + path, {
    method, headers: body === undefined ? {} : { "Content-Type": "application/json" }, body: body === undefined ? undefined : JSON.stringify(body),
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout, cache: "no-store", credentials: "omit", redirect: "error", mode: "cors",
  });
  if (reply.ok) return reply.json();
  const problem = await reply.json().catch(() => ({}));
  throw new Refusal(problem.code ?? "", problem.detail || problem.title || `The server answered ${reply.status}.`, reply.status);
}
