// Pictures of applications. Our server fetched them: the browser asks nobody
// else, so no third party learns who is looking.

import type { Account } from "../state/account";
import type { Challenge } from "../wire/types";

const most = 60; // pictures that are kept; each has 256 KiB at most, and commonly a few

const kept = new Map<string, Promise<Blob | undefined>>();

// logoKey names the picture: requests of one application that show the same one
// load it once.
export function logoKey(account: Account, { question, logos }: Challenge): string {
  return [account.id, question.application?.id, ...(logos ?? []).map(({ url }) => url)].join(" ");
}

// logoOf gives what loads the picture, undefined where none was named.
export function logoOf(account: Account, challenge: Challenge): (() => Promise<Blob | undefined>) | undefined {
  if (!challenge.logos?.length) return undefined;
  const key = logoKey(account, challenge);
  return () => {
    const known = kept.get(key);
    if (known) return known;
    const fetched = account.api.file(`/api/v1/device/challenges/${encodeURIComponent(challenge.id)}/logo`);
    fetched.catch(() => kept.delete(key));
    if (kept.size >= most) kept.delete([...kept.keys()][0] ?? "");
    kept.set(key, fetched);
    return fetched;
  };
}
