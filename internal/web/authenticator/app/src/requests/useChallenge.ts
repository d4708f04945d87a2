// One request by its id: from the list, or from the server.

import { useCallback, useEffect, useState } from "preact/hooks";
import type { Account } from "../state/account";
import type { Challenge } from "../wire/types";

export interface Looked {
  challenge?: Challenge;
  error?: unknown;
  again: () => void;
}

// useChallenge gives the request as it was when it was opened. Fresh asks the
// server even if the list has it.
export function useChallenge(account: Account, id: string, fresh = false): Looked {
  const known = () => (fresh ? undefined : account.pending.peek().find((one) => one.id === id));
  const [challenge, setChallenge] = useState(known);
  const [error, setError] = useState<unknown>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (challenge) return;
    let gone = false;
    setError(undefined);
    account.api.challenge(id).then(
      (found) => { if (!gone) setChallenge(found); },
      (caught: unknown) => { if (!gone) setError(caught); },
    );
    return () => { gone = true; };
  }, [account, id, turn]);
  const again = useCallback(() => setTurn((before) => before + 1), []);
  return { ...(challenge && { challenge }), error, again };
}

// useElsewhere gives the request as it stands once it is off the list by
// somebody else's doing: another device, the application, or time.
export function useElsewhere(account: Account, id: string, watching: boolean): Challenge | undefined {
  const [now, setNow] = useState<Challenge>();
  const listed = account.pending.value.some((one) => one.id === id);
  const off = watching && account.loaded.value && !listed;
  useEffect(() => {
    if (!off) return;
    let gone = false;
    account.api.challenge(id).then((found) => { if (!gone && found.state !== "pending") setNow(found); }, () => {});
    return () => { gone = true; };
  }, [off]);
  return now;
}
