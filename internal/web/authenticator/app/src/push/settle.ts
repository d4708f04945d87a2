// Brings the browser's subscriptions in line with what the person wants and with
// the accounts there are. It may be asked at any time, and does only what is
// missing.

import type { Account } from "../state/account";
import { Problem } from "../wire/problem";
import { beside, home, scopeOf } from "./place";
import { register } from "./register";
import { handed, handOver, note, serverKey, subscribe, takeBack } from "./subscription";

// Settled says of which servers pushes come, and which send none.
export interface Settled {
  on: string[];
  absent: string[];
}

// settle is alone among all tabs while it works.
export function settle(accounts: readonly Account[], wanted: boolean): Promise<Settled> {
  return navigator.locks.request("twinseal-push", () => (wanted ? begin(accounts) : end(accounts)));
}

async function begin(accounts: readonly Account[]): Promise<Settled> {
  const settled: Settled = { on: [], absent: [] };
  const servers = [...new Set(accounts.map(({ server }) => server))];
  await leave(new Set(await Promise.all(servers.map(scopeOf))));
  const failures: unknown[] = [];
  for (const server of servers) {
    try {
      await subscribeAt(server, accounts.filter((account) => account.server === server));
      settled.on.push(server);
    } catch (error) {
      if (error instanceof Problem && error.code === "push_unavailable") settled.absent.push(server);
      else failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return settled;
}

// subscribeAt asks for a new address when the server has forgotten the one it
// was given: its push service had refused it.
async function subscribeAt(server: string, accounts: readonly Account[]): Promise<void> {
  const [first] = accounts;
  if (!first) return;
  const key = await serverKey(first);
  const registration = await registrationAt(await scopeOf(server));
  let subscription = await subscribe(registration, key);
  await Promise.all(accounts.map((account) => account.refresh()));
  const given = await handed();
  const forgotten = accounts.some(({ id, info }) => given[id] === subscription.endpoint && !info.peek().device.push);
  if (forgotten) {
    await subscription.unsubscribe();
    subscription = await subscribe(registration, key);
  }
  for (const account of accounts) {
    if (given[account.id] !== subscription.endpoint || !account.info.peek().device.push) await handOver(account, subscription);
  }
}

async function end(accounts: readonly Account[]): Promise<Settled> {
  const given = await handed();
  await Promise.all(accounts.filter(({ id }) => given[id]).map(takeBack));
  await leave(new Set());
  return { on: [], absent: [] };
}

// leave ends the subscriptions of all other registrations than those.
async function leave(stay: Set<string>): Promise<void> {
  for (const registration of await navigator.serviceWorker.getRegistrations()) {
    const { pathname } = new URL(registration.scope);
    if (stay.has(pathname) || (pathname !== home && !pathname.startsWith(beside))) continue;
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    if (pathname !== home) await registration.unregister();
  }
}

// forget drops what is known of an account that was unlinked.
export const forget = ({ id }: Account): Promise<void> => note(id, undefined);

// registrationAt gives a registration whose worker runs, as subscribing needs.
async function registrationAt(scope: string): Promise<ServiceWorkerRegistration> {
  if (scope === home) return navigator.serviceWorker.ready;
  const registration = await register(scope);
  const coming = registration.installing ?? registration.waiting;
  if (registration.active || !coming) return registration;
  return new Promise((resolve, reject) => {
    coming.addEventListener("statechange", () => {
      if (coming.state === "activated") resolve(registration);
      if (coming.state === "redundant") reject(new Error("the worker was not installed"));
    });
  });
}
