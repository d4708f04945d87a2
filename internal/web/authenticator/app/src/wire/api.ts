// Calls of the device protocol to one server.

import type { Clock } from "../../../../protocol/modules/clock.js";
import { makeProof } from "../../../../protocol/modules/proof.js";
import { makeStatement } from "../../../../protocol/modules/statement.js";
import { Problem, type ProblemBody } from "./problem";
import type { AccountInfo, Challenge, ChallengeList, Key, LinkedAccount, Receipt, Session } from "./types";

const prefix = "/api/v1/device";
const patience = 20_000;

export interface Waiting {
  signal?: AbortSignal;
  patience?: number;
}

// Draft is an answer that was judged and is ready to be signed.
export interface Draft {
  decision: Record<string, unknown> & { failure?: string };
  packages?: unknown;
  pins?: unknown;
}

// decided says whether an error is the server's own word, and not that of
// something in between.
const decided = (error: unknown): boolean => error instanceof Problem && error.code !== "";

const part = encodeURIComponent;

export class Api {
  // server is an origin, or "" for the one that served this page.
  constructor(readonly key: Key, readonly clock: Clock, readonly server = "") {}

  link(code: string, name: string, more: Record<string, unknown> = {}): Promise<LinkedAccount> {
    return this.call("POST", `${prefix}/links`, { code, name, ...this.self(), ...more });
  }

  linkByToken(token: string, name: string): Promise<LinkedAccount> {
    return this.call("POST", `${prefix}/links`, { token, name, ...this.self() });
  }

  startPhoneLink(phone: string, name: string): Promise<{ enrollment_id: string; expires_at: string }> {
    return this.call("POST", `${prefix}/links/phone`, { phone, name, platform: "web" });
  }

  finishPhoneLink(enrollment: string, code: string, directory = ""): Promise<LinkedAccount> {
    return this.call("POST", `${prefix}/links/phone/${part(enrollment)}`, directory ? { code, directory } : { code });
  }

  account(): Promise<AccountInfo> {
    return this.call("GET", prefix);
  }

  unlink(): Promise<void> {
    return this.call("DELETE", prefix);
  }

  pending({ after, wait, signal }: { after?: string; wait?: number; signal?: AbortSignal } = {}): Promise<ChallengeList> {
    const query = new URLSearchParams({ state: "pending" });
    if (after) query.set("after", after);
    if (wait) query.set("wait", String(wait));
    return this.call("GET", `${prefix}/challenges?${query}`, undefined, { signal, patience: patience + 1000 * (wait ?? 0) });
  }

  history(after = ""): Promise<ChallengeList> {
    const query = new URLSearchParams({ state: "all", limit: "20" });
    if (after) query.set("after", after);
    return this.call("GET", `${prefix}/challenges?${query}`);
  }

  challenge(id: string): Promise<Challenge> {
    return this.call("GET", `${prefix}/challenges/${part(id)}`);
  }

  receipt(id: string): Promise<Receipt> {
    return this.call("GET", `${prefix}/receipts/${part(id)}`);
  }

  sessions(): Promise<{ sessions: Session[] }> {
    return this.call("GET", `${prefix}/sessions`);
  }

  endSession(id: string): Promise<void> {
    return this.call("DELETE", `${prefix}/sessions/${part(id)}`);
  }

  // answer signs and sends a draft, and gives the receipt with the statement it
  // must be about. When the response is lost, here or behind a proxy, the
  // identical statement is sent again, which the server answers with the same
  // receipt.
  async answer(deviceID: string, challenge: Challenge, { decision, packages }: Draft): Promise<{ receipt: Receipt; statement: string }> {
    const target = `${prefix}/challenges/${part(challenge.id)}/answer`;
    const once = async () => {
      const statement: string = await makeStatement(this.key, deviceID, challenge, decision, this.clock.now());
      const send = () => this.call<Receipt>("POST", target, { statement, packages });
      const receipt = await send().catch((error: unknown) => (decided(error) ? Promise.reject(error) : send()));
      return { receipt, statement };
    };
    return once().catch((error: unknown) => {
      const clockWasOff = error instanceof Problem && error.code === "statement_time" && this.clock.correct(error.serverTime);
      return clockWasOff ? once() : Promise.reject(error);
    });
  }

  // stream opens the held stream of server-sent events.
  stream(signal: AbortSignal): Promise<Response> {
    return this.send("GET", `${prefix}/stream`, "", { signal, accept: "text/event-stream" });
  }

  // call sends a request of the protocol by its path and gives what the server
  // says; it throws a Problem for a refusal.
  async call<T>(method: string, target: string, body?: unknown, { signal, patience: limit = patience }: Waiting = {}): Promise<T> {
    const timeout = AbortSignal.timeout(limit);
    const both = signal ? AbortSignal.any([signal, timeout]) : timeout;
    const answer = await this.send(method, target, body === undefined ? "" : JSON.stringify(body), { signal: both });
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  // file gives what is not JSON, such as a logo; undefined for none.
  async file(target: string): Promise<Blob | undefined> {
    try {
      const answer = await this.send("GET", target, "", { signal: AbortSignal.timeout(patience), accept: "image/png" });
      return await answer.blob();
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return undefined;
      throw error;
    }
  }

  // send makes one more attempt when the clock was off, or when a connection
  // that broke was tried again underneath and the proof came twice.
  private async send(method: string, target: string, body: string, options: { signal: AbortSignal; accept?: string }): Promise<Response> {
    try {
      return await this.once(method, target, body, options);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const again = error.code === "proof_replayed" || (error.code === "proof_time" && this.clock.correct(error.serverTime));
      if (!again) throw error;
      return this.once(method, target, body, options);
    }
  }

  // once sends the cookie of this page to its own server alone: a device may be
  // bound to it.
  private async once(method: string, target: string, body: string, { signal, accept = "application/json" }: { signal: AbortSignal; accept?: string }): Promise<Response> {
    const headers: Record<string, string> = { Accept: accept, DPoP: await makeProof(this.key, method, target, body, this.clock.now()) };
    if (body !== "") headers["Content-Type"] = "application/json";
    const answer = await fetch(this.server + target, {
      method, headers, signal, body: body === "" ? undefined : body,
      cache: "no-store", credentials: this.server === "" ? "same-origin" : "omit", redirect: "error",
    });
    if (answer.ok) return answer;
    const said = (await answer.json().catch(() => ({}))) as ProblemBody;
    throw new Problem(answer.status, said, answer.headers.get("Date"));
  }

  private self() {
    return { platform: "web", key: this.key.jwk };
  }
}
