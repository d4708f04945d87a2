// A subscription is the browser's address for pushes of one server. Every
// account of that server is told it.

import type { Api } from "../wire/api";
import { fromBase64url } from "../../../../protocol/modules/encode.js";
import { within } from "../../../../protocol/modules/events.js";
import * as store from "../state/store";

const path = "/api/v1/device/push";
const entry = "push.handed";

// A browser that cannot reach its push service may ask for ever.
const patience = 30_000;

// Owner is an account as far as pushes go.
export interface Owner {
  id: string;
  api: Pick<Api, "call">;
}

// subscribe gives the registration's subscription by that key, a new one where
// the server's key is another than before.
export async function subscribe({ pushManager }: ServiceWorkerRegistration, key: string): Promise<PushSubscription> {
  const wanted = fromBase64url(key);
  const found = await pushManager.getSubscription();
  if (found && same(found.options.applicationServerKey, wanted)) return found;
  await found?.unsubscribe();
  return within(patience, pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted }));
}

function same(one: ArrayBuffer | null, other: Uint8Array): boolean {
  const bytes = new Uint8Array(one ?? []);
  return bytes.length === other.length && bytes.every((byte, i) => byte === other[i]);
}

// serverKey is what the owner's server signs its pushes with.
export async function serverKey({ api }: Owner): Promise<string> {
  return (await api.call<{ public_key: string }>("GET", `${path}/key`)).public_key;
}

// handed are the addresses that the accounts' servers were given.
export const handed = async (): Promise<Record<string, string>> => (await store.get<Record<string, string>>("settings", entry)) ?? {};

// handOver tells an account's server the subscription.
export async function handOver({ id, api }: Owner, subscription: PushSubscription): Promise<void> {
  const { endpoint, keys } = subscription.toJSON();
  await api.call("PUT", path, { endpoint, keys: { p256dh: keys?.["p256dh"], auth: keys?.["auth"] } });
  await note(id, endpoint);
}

// takeBack ends it at the server. What cannot be reached learns it from the push
// service, which refuses the ended address.
export async function takeBack({ id, api }: Owner): Promise<void> {
  await api.call("DELETE", path).catch(() => undefined);
  await note(id, undefined);
}

// note remembers an account's address, or that it has none.
export async function note(id: string, endpoint: string | undefined): Promise<void> {
  await store.update<Record<string, string>>("settings", entry, ({ [id]: _, ...others } = {}) => (endpoint === undefined ? others : { ...others, [id]: endpoint }));
}
