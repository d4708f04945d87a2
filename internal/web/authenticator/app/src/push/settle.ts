// Brings the browser's subscriptions in line with what the person wants and with
// the accounts there are. It may be asked at any time, and does only what is
// missing.

import type { Account } from "../state/account";
import { Problem } from "../wire/problem";
import { beside, home, scopeOf } from "./place";
import { register } from "./register";
import { handed, handOver, note, serverKey, subscribe, takeBack } from "./subscription";

// Another tab may be at it; one that holds the lock for longer was frozen.
const patience = 20_000;

// settle gives the servers that send no pushes. It is alone among all tabs while
// it works.
export async function settle(accounts: readonly Account[], wanted: boolean): Promise<string[]> {
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(), patience);
  const work = () => {
    clearTimeout(timer);
    return wanted ? begin(accounts) : end(accounts);
  };
  try {
    return await navigator.locks.request("twinseal-push", { signal: own.signal }, work);
  } catch (error) {
    if (own.signal.aborted) return work();
    throw error;
  }
}

async function begin(accounts: readonly Account[]): Promise<string[]> {
  const absent: string[] = [];
  const servers = [...new Set(accounts.map(({ server }) => server))];
  await leave(new Set(await Promise.all(servers.map(scopeOf))));
  const failures: unknown[] = [];
  for (const server of servers) {
    const of = accounts.filter((account) => account.server === server);
    try {
      await subscribeAt(server, of);
    } catch (error) {
      if (sendsNone(error)) {
        absent.push(server);
        await takeBackAll(of);
      } else {
        failures.push(error);
      }
    }
  }
  if (failures.length > 0) throw failures[0];
  return absent;
}

async function subscribeAt(server: string, accounts: readonly Account[]): Promise<void> {
  const [first] = accounts;
  if (!first) return;
  const key = await serverKey(first);
  const registration = await registrationAt(await scopeOf(server));
  const found = await subscribe(registration, key);
  await Promise.allSettled(accounts.map((account) => account.refresh()));
  const given = await handed();
  const knows = ({ id, info }: Account, { endpoint }: PushSubscription) => given[id] === endpoint && info.peek().device.push;
  const subscription = accounts.some((account) => given[account.id] === found.endpoint && !knows(account, found)) ? await again(registration, found, key) : found;
  const told = await Promise.allSettled(accounts.filter((account) => !knows(account, subscription)).map((account) => handOver(account, subscription)));
  for (const one of told) if (one.status === "rejected") throw one.reason;
}

// again asks for another address, where the server has forgotten the one it was
// given: its push service had refused it.
async function again(registration: ServiceWorkerRegistration, refused: PushSubscription, key: string): Promise<PushSubscription> {
  await refused.unsubscribe();
  return subscribe(registration, key);
}

// end also asks who would push, so that nobody is invited to what does not come.
async function end(accounts: readonly Account[]): Promise<string[]> {
  await takeBackAll(accounts);
  await leave(new Set());
  const firsts = new Map(accounts.map((account) => [account.server, account]));
  const keys = await Promise.allSettled([...firsts.values()].map(serverKey));
  return [...firsts.keys()].filter((_, i) => keys[i]?.status === "rejected" && sendsNone(keys[i].reason));
}

const sendsNone = (error: unknown): boolean => error instanceof Problem && error.code === "push_unavailable";

async function takeBackAll(accounts: readonly Account[]): Promise<void> {
  const given = await handed();
  await Promise.all(accounts.filter(({ id }) => given[id]).map(takeBack));
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
