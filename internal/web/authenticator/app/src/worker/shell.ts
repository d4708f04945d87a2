// The app's own files, kept so that it starts without a network, and always as
// one version. Nothing of a person is among them: answers of the API are never
// kept.

import { home } from "../push/place";
import { scope } from "./env";

const family = "twinseal-shell-";
const name = family + VERSION;

// The server puts its files under an address that changes with any of them, and
// the page names it.
const address = /\/authenticator\/assets\/[0-9a-f]+\//;

// keep fetches the page and every file of this version. It fails as a whole: the
// version before stays in use then.
export async function keep(): Promise<void> {
  const page = await fetchPage();
  const [files] = address.exec(await page.clone().text()) ?? [];
  if (!page.ok || page.redirected || !files) throw new Error(`the page cannot be kept: ${page.status}`);
  const cache = await caches.open(name);
  await cache.addAll(FILES.map((file) => files + file));
  await cache.put(home, page);
}

// forget removes what earlier versions kept.
export async function forget(): Promise<void> {
  const old = (await caches.keys()).filter((other) => other.startsWith(family) && other !== name);
  await Promise.all(old.map((other) => caches.delete(other)));
}

// answer gives what is kept for a request, or undefined for what is none of
// ours: then the browser goes on as if there were no worker.
export function answer({ method, mode, url }: Request): Promise<Response> | undefined {
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== scope.location.origin) return undefined;
  if (mode === "navigate") return pathname === home ? kept(home, url) : undefined;
  return pathname.startsWith(`${home}/assets/`) ? kept(pathname, url) : undefined;
}

async function kept(path: string, url: string): Promise<Response> {
  const cache = await caches.open(name);
  // what a server says may vary by the encoding, which the cache has undone
  return (await cache.match(path, { ignoreVary: true })) ?? fetch(url);
}

// renew asks for the page although it is kept: the answer lengthens the life of
// the cookie that accounts are bound to.
export async function renew(): Promise<void> {
  await fetchPage().catch(() => undefined);
}

const fetchPage = (): Promise<Response> => fetch(home, { cache: "no-store", credentials: "same-origin", headers: { Accept: "text/html" } });
