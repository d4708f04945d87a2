// The cookie that ties this browser's accounts and codes to this browser: it is
// kept under the system's key, so that a copied database is worth nothing
// elsewhere. The server makes it, because browsers forget within days what a
// script sets.

const plain = "twinseal_binding";
const path = "/authenticator/binding";

// Over TLS the cookie has a name that no neighbouring host can set one of: what
// such a host plants under the plain name is not this browser's.
const safe = `__Host-${plain}`;

// bindingNow is the cookie's value, "" where it is missing.
export const bindingNow = (): string => valueOf(safe) || valueOf(plain);

function valueOf(name: string): string {
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  return found?.slice(name.length + 1) ?? "";
}

// binding gives the cookie's value, made on the way where it is missing. Before
// a device is linked or a code is kept it has to be there.
export async function binding(): Promise<string> {
  const there = location.protocol === "https:" ? valueOf(safe) : valueOf(plain);
  if (there) return there;
  const answer = await fetch(path, { method: "POST", cache: "no-store", credentials: "same-origin", redirect: "error" });
  if (!answer.ok) throw new TypeError(`no binding: ${answer.status}`);
  const made = bindingNow();
  if (!made) throw new CookiesBlocked();
  return made;
}

// CookiesBlocked: the person keeps this page from having any.
export class CookiesBlocked extends Error {
  override name = "CookiesBlocked";
}
