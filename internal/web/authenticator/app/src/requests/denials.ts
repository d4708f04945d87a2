// What the person said no to, on any device.

import { useEffect, useState } from "preact/hooks";
import type { Account } from "../state/account";
import { deniedSince } from "./pastdenials";

// useDeniedLately asks the server, whose memory includes the other devices.
export function useDeniedLately(account: Account): boolean {
  const [lately, setLately] = useState(false);
  useEffect(() => {
    let gone = false;
    account.api.history().then(
      ({ challenges }) => { if (!gone) setLately(deniedSince(challenges, account.clock.now())); },
      () => {},
    );
    return () => { gone = true; };
  }, [account]);
  return lately;
}
