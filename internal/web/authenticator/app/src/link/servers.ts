// Which servers this app can speak to: the one that served it, and those that
// its operator named, because the page's policy lets it reach no other.

import { servers } from "../frame/page";

// others are the origins beside our own.
export const others = (): string[] => servers.filter((server) => server !== location.origin);

// own gives a base URL as accounts keep it: "" for the server of this page.
export const own = (server: string): string => (server === location.origin ? "" : server);

// reachable says whether this app may speak to a server.
export function reachable(server: string): boolean {
  if (server === "") return true;
  const { origin } = new URL(server);
  return origin === location.origin || others().includes(origin);
}

// host is how a server is shown to people: without the scheme, which is always
// the safe one.
export function host(server: string): string {
  if (server === "") return location.host;
  const { host: name, pathname } = new URL(server);
  return name + pathname.replace(/\/+$/, "");
}

// itsAuthenticator is the address of a server's own app, which links by the
// code at once.
export function itsAuthenticator(server: string, code: string | undefined): string {
  return `${server}/authenticator${code === undefined ? "" : `#code=${encodeURIComponent(code)}`}`;
}
