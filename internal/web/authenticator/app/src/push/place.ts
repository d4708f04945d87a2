// Which registration of the worker belongs to which server. A browser allows one
// push key for each registration, and each server has a key of its own: so each
// server other than this page's gets a registration beside the app's.

import { hash } from "../../../../protocol/modules/encode.js";

export const home = "/authenticator";

// beside is below what every such registration lives. There is no page there.
export const beside = `${home}/servers/`;

// scopeOf names a server's registration: server is an origin, or "" for the one
// that served this page.
export async function scopeOf(server: string): Promise<string> {
  return server === "" ? home : `${beside}${(await hash(server)).slice(0, 16)}/`;
}

export const isHome = (scope: string): boolean => new URL(scope).pathname === home;
