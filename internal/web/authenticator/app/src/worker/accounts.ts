// The accounts that this registration of the worker is for: those of one server.

import { Clock } from "../../../../protocol/modules/clock.js";
import { scopeOf } from "../push/place";
import type { Kept } from "../state/account";
import * as store from "../state/store";
import { Api } from "../wire/api";
import { scope } from "./env";

export async function accounts(): Promise<Kept[]> {
  const own = new URL(scope.registration.scope).pathname;
  const all = await store.all<Kept>("accounts");
  const scopes = await Promise.all(all.map(({ server }) => scopeOf(server)));
  return all.filter((_, i) => scopes[i] === own);
}

export const apiOf = ({ key, offset, server }: Kept): Api => new Api(key, new Clock(offset), server);
