// A key on its way to become a linked device.

import { Clock } from "../../../../protocol/modules/clock.js";
import { makeKey } from "../../../../protocol/modules/keys.js";
import type { Account } from "../state/account";
import * as accounts from "../state/accounts";
import { binding } from "../state/binding";
import { toast } from "../ui/announce";
import { Explained, explain, t } from "../words";
import { Api } from "../wire/api";
import { Problem } from "../wire/problem";
import type { Key, LinkedAccount } from "../wire/types";
import type { Invitation } from "./invitation";
import { keepSeed } from "./seed";

// Joining is a link that another device of the person has to confirm: it is
// shown three numbers, and this is the right one.
export interface Joining {
  id: string;
  number: string;
  expires_at: string;
}

// Outcome of an attempt to link.
export type Outcome = { account: Account; join?: undefined } | { join: Joining; account?: undefined };

type Answer = LinkedAccount | { join: Joining };

// Who is what recovery asks for.
export interface Who {
  user: string;
  code: string;
  directory?: string;
}

const links = "/api/v1/device/links";

export class Candidate {
  private constructor(private readonly key: Key, private readonly clock: Clock, private readonly api: Api) {}

  // make prepares a new key for a server, "" for the one of this page, which binds
  // the key to this browser.
  static async make(server: string): Promise<Candidate> {
    await binding();
    const key: Key = await makeKey();
    const clock = new Clock();
    return new Candidate(key, clock, new Api(key, clock, server));
  }

  get now(): number {
    return this.clock.now();
  }

  // link may be called again with the same invitation while another device is
  // asked to confirm.
  async link({ code, token }: Invitation, name: string): Promise<Outcome> {
    const by = token === undefined ? { code } : { token };
    const answer = await this.api.call<Answer>("POST", links, { ...by, ...this.self(name) });
    return "join" in answer ? { join: answer.join } : { account: await this.finish(answer) };
  }

  // startPhone gives the enrollment that a code by message belongs to.
  async startPhone(phone: string, name: string): Promise<string> {
    return (await this.api.startPhoneLink(phone, name)).enrollment_id;
  }

  async finishPhone(enrollment: string, code: string, directory?: string): Promise<Account> {
    return this.finish(await this.api.finishPhoneLink(enrollment, code, directory));
  }

  async recover(who: Who, name: string): Promise<Account> {
    return this.finish(await this.api.call<LinkedAccount>("POST", `${links}/recovery`, { ...who, ...this.self(name) }));
  }

  private self(name: string) {
    return { name, platform: "web", key: this.key.jwk };
  }

  // finish keeps what was linked. The key counts from now on, so it is kept even
  // where the seed cannot be.
  private async finish({ totp, ...linked }: LinkedAccount): Promise<Account> {
    if (linked.device.key !== this.key.thumbprint) throw new Explained(t("link.wrong_key"));
    this.clock.correct(Date.parse(linked.server_time));
    const { thumbprint: id } = this.key;
    const account = await accounts.add({ id, server: this.api.server, key: this.key, linked, offset: this.clock.offset });
    if (totp) await keepSeed(id, totp).catch((error: unknown) => toast(explain(error)));
    return account;
  }
}

// refused says whether the server decided against a link for good.
export const refused = (error: unknown): boolean => error instanceof Problem && error.status === 403;
