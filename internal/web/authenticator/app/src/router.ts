// Where the person is: the fragment of the address, so that one file serves
// every screen and no screen's name reaches a server.

import { computed, signal } from "@preact/signals";

export interface Place {
  path: string[]; // "#/account/x/devices" is ["account", "x", "devices"]
  query: URLSearchParams; // what follows a "?" in the fragment
}

// screenAt tells addresses of screens, and those that hold a code, from targets
// inside of the page, such as that of the link that skips to the content.
const screenAt = (hash: string): boolean => hash === "" || hash.startsWith("#/") || hash.startsWith("#code=");

const here = signal(screenAt(location.hash) ? location.hash : "");

export const place = computed(() => read(here.value));

function read(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// to writes the address of a screen.
export const to = (...path: string[]): string => `#/${path.map(encodeURIComponent).join("/")}`;

// go opens a screen; back leads to the one before.
export function go(...path: string[]): void {
  location.hash = to(...path);
}

// replace opens a screen in the place of this one.
export function replace(...path: string[]): void {
  history.replaceState(null, "", to(...path));
  here.value = location.hash;
}

// sharedCode takes a linking code out of the page's own address, as links that
// were shared have it, and removes it there, so that it stays in no history.
export function sharedCode(): string {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code) replace("link");
  return code ?? "";
}

addEventListener("hashchange", () => { if (screenAt(location.hash)) here.value = location.hash; });
