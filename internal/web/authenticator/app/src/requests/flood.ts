// Requests that come in a flood. Whoever has a password may ask again and
// again, in the hope of one tired yes. What one application asks many times
// within minutes is therefore one matter, which can be denied as a whole.

import type { Account } from "../state/account";
import type { Challenge } from "../wire/types";

// Waiting is a request with the account that it was asked of.
export interface Waiting {
  account: Account;
  challenge: Challenge;
}

// Matter is one line of the list: a single request, or a flood, newest first.
export interface Matter {
  key: string;
  requests: readonly [Waiting, ...Waiting[]];
}

// Three are somebody who pressed a button again; the fourth makes a flood.
export const floodSize = 4;

// A flood's requests were asked within five minutes.
export const floodWindow = 5 * 60 * 1000;

const askedAt = ({ challenge }: Waiting): number => Date.parse(challenge.question.created_at);
const asker = ({ account, challenge }: Waiting): string => `${account.id}/${challenge.question.application?.id}`;

// matters folds floods and sorts what is left, newest first.
export function matters(waiting: readonly Waiting[]): Matter[] {
  const sorted = [...waiting].sort((a, b) => askedAt(b) - askedAt(a));
  const askers = [...new Set(sorted.map(asker))];
  const floods = new Map(askers.map((key) => [key, flooding(sorted.filter((one) => asker(one) === key))]));
  return sorted.flatMap((one): Matter[] => {
    const flood = floods.get(asker(one)) ?? [];
    const [first, ...rest] = flood;
    if (first === undefined || !flood.includes(one)) return [{ key: `${one.account.id}/${one.challenge.id}`, requests: [one] }];
    return first === one ? [{ key: asker(one), requests: [first, ...rest] }] : [];
  });
}

// flooding picks those of one asker that stand in a window with enough others.
function flooding(asked: readonly Waiting[]): Waiting[] {
  const near = (first: number): boolean => {
    const newest = asked[first];
    const oldest = asked[first + floodSize - 1];
    return newest !== undefined && oldest !== undefined && askedAt(newest) - askedAt(oldest) <= floodWindow;
  };
  return asked.filter((_, at) => Array.from({ length: floodSize }, (_unused, back) => at - back).some((first) => first >= 0 && near(first)));
}

// minutes are how many a flood took, begun ones included.
export function minutes({ requests }: Matter): number {
  const moments = requests.map(askedAt);
  return Math.max(1, Math.ceil((Math.max(...moments) - Math.min(...moments)) / 60_000));
}

// isFlood says whether a matter is more than one request.
export const isFlood = ({ requests }: Matter): boolean => requests.length > 1;
