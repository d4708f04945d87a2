// What a person types, pastes or scans to link: a code, or one of the
// addresses that stand in QR pictures and messages.

// Invitation is how to be linked. Exactly one of code and token is set. The
// server is a base URL as baseOf gives it, or undefined where the text does not
// name one.
export interface Invitation {
  readonly code?: string;
  readonly token?: string;
  readonly server?: string;
}

// Misread says why a text is no invitation: it is empty, it is an address that
// says nothing of linking, it names a server in a way that cannot be trusted, or it
// holds one-time codes, which are imported elsewhere.
export type Misread = "empty" | "unreadable" | "insecure" | "seed";

// readInvitation understands codes, twinseal:// and authy:// addresses, and
// the addresses of authenticator pages with a code in their fragment.
export function readInvitation(text: string): Invitation | Misread {
  const typed = text.trim();
  if (typed === "") return "empty";
  if (!/^[a-z][a-z0-9+.-]*:/i.test(typed)) return plainCode(typed);
  if (!URL.canParse(typed)) return "unreadable";
  const url = new URL(typed);
  if (url.protocol.startsWith("otpauth")) return "seed";
  if (url.protocol === "authy:") return byToken(url.searchParams);
  if (url.protocol === "twinseal:") return byAddress(url.searchParams.get("server") ?? "", url.searchParams);
  const page = url.pathname.replace(/\/authenticator\/?$/, "");
  return byAddress(`${url.origin}${page}`, new URLSearchParams(url.hash.replace(/^#\/?/, "")));
}

// longest bounds what is taken for a code. Codes have eight characters, and
// separators between them; whoever writes a link could tell a story with more.
const longest = 24;

function plainCode(typed: string): Invitation | Misread {
  return typed.length <= longest && /^[\p{L}\p{N}\s._-]+$/u.test(typed) ? { code: typed } : "unreadable";
}

function byToken(query: URLSearchParams): Invitation | Misread {
  const token = query.get("token");
  return token ? { token } : "unreadable";
}

function byAddress(address: string, query: URLSearchParams): Invitation | Misread {
  const code = query.get("code");
  if (!code || typeof plainCode(code) === "string") return "unreadable";
  if (address === "") return { code };
  const server = baseOf(address);
  return server === undefined ? "insecure" : { code, server };
}

// readShared understands what stands for a code in the page's own address, if it
// is one: anybody can write such a link, and the code is shown.
export function readShared(text: string, origin: string): Invitation | undefined {
  const read = plainCode(text.trim());
  return typeof read === "string" ? undefined : { ...read, server: origin };
}

// baseOf gives a server's base URL without a slash at its end, and undefined
// for what is not https, except on this machine, or has more than an address.
export function baseOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, username, password, origin, pathname, hostname, search, hash } = new URL(address);
  const here = hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "127.0.0.1" || hostname === "[::1]";
  if (protocol !== "https:" && !(protocol === "http:" && here)) return undefined;
  if (username || password || search || hash) return undefined;
  return origin + pathname.replace(/\/+$/, "");
}

// pretty writes a code of eight letters as two groups.
export function pretty(code: string): string {
  const plain = code.replace(/[\s._-]/g, "").toUpperCase();
  return plain.length === 8 ? `${plain.slice(0, 4)}-${plain.slice(4)}` : code;
}
