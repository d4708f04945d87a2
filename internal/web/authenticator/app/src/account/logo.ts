// The picture of an account's directory, as its own server keeps it.

import type { Account } from "../state/account";

// digest is what the server names pictures by; anything else would be somebody
// else's address.
const digest = /^[A-Za-z0-9_-]{16,128}$/;

// logoOf gives the way to load it, or undefined where there is none.
export function logoOf(account: Account): (() => Promise<Blob | undefined>) | undefined {
  const name = account.info.value.branding?.logo ?? "";
  return digest.test(name) ? () => account.api.file(`/api/v1/device/branding/${name}`) : undefined;
}
