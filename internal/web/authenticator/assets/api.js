// Calls of the device protocol.

import { makeProof } from "./proof.js";
import { makeStatement } from "./statement.js";

const prefix = "/api/v1/device";
const patience = 20000;

// Problem is a refusal by the server (RFC 9457).
export class Problem extends Error {
  constructor(status, body, date) {
    super(body.detail || body.title || `The server answered ${status}.`);
    this.name = "Problem";
    this.status = status;
    this.code = body.code ?? "";
    this.directories = body.directories ?? [];
    this.serverTime = Date.parse(body.server_time ?? date ?? "");
  }
}

// decided says whether an error is the server's own word, and not that of
// something in between.
const decided = (error) => error instanceof Problem && error.code !== "";

export class Api {
  constructor(key, clock) {
    this.key = key;
    this.clock = clock;
  }

  link(code, name) {
    return this.call("POST", `${prefix}/links`, { code, name, platform: "web", key: this.key.jwk });
  }

  linkByToken(token, name) {
    return this.call("POST", `${prefix}/links`, { token, name, platform: "web", key: this.key.jwk });
  }

  startPhoneLink(phone, name) {
    return this.call("POST", `${prefix}/links/phone`, { phone, name, platform: "web" });
  }

  finishPhoneLink(enrollment, code, directory) {
    const body = directory ? { code, directory } : { code };
    return this.call("POST", `${prefix}/links/phone/${encodeURIComponent(enrollment)}`, body);
  }

  account() {
    return this.call("GET", prefix);
  }

  unlink() {
    return this.call("DELETE", prefix);
  }

  pending({ after, wait, signal } = {}) {
    const query = new URLSearchParams({ state: "pending" });
    if (after) query.set("after", after);
    if (wait) query.set("wait", String(wait));
    return this.call("GET", `${prefix}/challenges?${query}`, undefined, { signal, patience: patience + 1000 * (wait ?? 0) });
  }

  history(after) {
    const query = new URLSearchParams({ state: "all", limit: "20" });
    if (after) query.set("after", after);
    return this.call("GET", `${prefix}/challenges?${query}`);
  }

  challenge(id) {
    return this.call("GET", `${prefix}/challenges/${encodeURIComponent(id)}`);
  }

  receipt(id) {
    return this.call("GET", `${prefix}/receipts/${encodeURIComponent(id)}`);
  }

  sessions() {
    return this.call("GET", `${prefix}/sessions`);
  }

  endSession(id) {
    return this.call("DELETE", `${prefix}/sessions/${encodeURIComponent(id)}`);
  }

  // answer signs and sends a draft, and gives the receipt with the
  // statement it must be about. When the response is lost, here or behind a
  // proxy, the identical statement is sent again, which the server answers with
  // the same receipt.
  async answer(deviceID, challenge, { decision, packages }) {
    const target = `${prefix}/challenges/${encodeURIComponent(challenge.id)}/answer`;
    const once = async () => {
      const statement = await makeStatement(this.key, deviceID, challenge, decision, this.clock.now());
      const send = () => this.call("POST", target, { statement, packages });
      const receipt = await send().catch((error) => (decided(error) ? Promise.reject(error) : send()));
      return { receipt, statement };
    };
    return once().catch((error) => {
      const clockWasOff = error.code === "statement_time" && this.clock.correct(error.serverTime);
      return clockWasOff ? once() : Promise.reject(error);
    });
  }

  // stream opens the held stream of server-sent events.
  stream(signal) {
    return this.send("GET", `${prefix}/stream`, "", { signal, accept: "text/event-stream" });
  }

  async call(method, target, body, { signal, patience: limit = patience } = {}) {
    const timeout = AbortSignal.timeout(limit);
    const both = signal ? AbortSignal.any([signal, timeout]) : timeout;
    const answer = await this.send(method, target, body === undefined ? "" : JSON.stringify(body), { signal: both });
    return answer.status === 204 ? undefined : answer.json();
  }

  // send makes one more attempt when the clock was off, or when a connection
  // that broke was tried again underneath and the proof came twice.
  async send(method, target, body, options) {
    try {
      return await this.once(method, target, body, options);
    } catch (error) {
      const again = error.code === "proof_replayed" || (error.code === "proof_time" && this.clock.correct(error.serverTime));
      if (!again) throw error;
      return this.once(method, target, body, options);
    }
  }

  async once(method, target, body, { signal, accept = "application/json" } = {}) {
    const headers = { Accept: accept, DPoP: await makeProof(this.key, method, target, body, this.clock.now()) };
    if (body !== "") headers["Content-Type"] = "application/json";
    const answer = await fetch(target, {
      method, headers, signal, body: body === "" ? undefined : body,
      cache: "no-store", credentials: "omit", redirect: "error",
    });
    if (answer.ok) return answer;
    throw new Problem(answer.status, await answer.json().catch(() => ({})), answer.headers.get("Date"));
  }
}
