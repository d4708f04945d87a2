// What would give the account away is asked for like an approval.

import { kind } from "../lock/lock";
import { require } from "../lock/require";
import { Explained, t } from "../words";

// prove asks for the PIN or the passkey, where there is one, and throws when it
// was not given. The purpose is in words.
export async function prove(purpose: string): Promise<void> {
  if (kind.peek() !== "none" && (await require(purpose)) === undefined) throw new Explained(t("account.unproved"));
}
