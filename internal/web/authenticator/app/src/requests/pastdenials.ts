// Whether the person said no a short while ago. The next request may come from
// the same stranger, so approving it is made a little harder.

import type { Challenge } from "../wire/types";

// The server asks for numbers as long after a denial, where it can show one.
const memory = 60 * 60 * 1000;

const suspicious = new Set([undefined, "", "authentication"]);

// deniedSince says whether one of the requests was denied by its person, or by
// somebody who could not prove to be, within the last hour.
export function deniedSince(past: Challenge[], now: number): boolean {
  return past.some(({ state, failure, answered_at: at }) =>
    state === "denied" && suspicious.has(failure) && at !== undefined && now - Date.parse(at) < memory);
}
