// A browser may give its subscription another address at any time, and tells the
// worker alone.

import { handOver, serverKey, subscribe } from "../push/subscription";
import { accounts, apiOf } from "./accounts";
import { scope } from "./env";

export async function renewSubscription(): Promise<void> {
  const owners = (await accounts()).map((kept) => ({ id: kept.id, api: apiOf(kept) }));
  const [first] = owners;
  if (!first) return;
  const subscription = await subscribe(scope.registration, await serverKey(first));
  await Promise.all(owners.map((owner) => handOver(owner, subscription)));
}
