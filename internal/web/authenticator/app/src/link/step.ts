// What the screen of linking shows beside the ways in: an invitation to
// confirm, or another device to wait for.

import { effect, signal } from "@preact/signals";
import type { Account } from "../state/account";
import { place, replace, sharedCode } from "../router";
import { toast } from "../ui/announce";
import { t } from "../words";
import { Candidate, type Joining } from "./candidate";
import { type Invitation, readShared } from "./invitation";
import { own } from "./servers";

// Attempt is a link that is under way.
export interface Attempt {
  candidate: Candidate;
  invitation: Invitation;
  name: string;
}

export type Step =
  | { at: "ways" }
  | { at: "confirm"; invitation: Invitation }
  | { at: "join"; attempt: Attempt; join: Joining };

export const step = signal<Step>({ at: "ways" });

// invited takes up an invitation that was scanned, pasted or shared. It links
// nothing: the person sees the server first.
export function invited(invitation: Invitation): void {
  step.value = { at: "confirm", invitation };
}

// followShared takes up codes that arrive in the page's own address, as the links
// in messages have them: those of the server that the page is from.
export function followShared(): void {
  effect(() => {
    place.value;
    const shared = readShared(sharedCode(), location.origin);
    if (shared) invited(shared);
  });
}

export function restart(): void {
  step.value = { at: "ways" };
}

// attempt links, or goes on to wait for another device of the person.
export async function attempt(server: string, invitation: Invitation, name: string): Promise<void> {
  const candidate = await Candidate.make(own(server));
  const outcome = await candidate.link(invitation, name);
  if (outcome.join) step.value = { at: "join", attempt: { candidate, invitation, name }, join: outcome.join };
  else linked(outcome.account);
}

// linked leaves the screen of linking for what this was done for.
export function linked(account: Account): void {
  restart();
  replace();
  toast(t("link.linked", { name: account.title.peek() }));
}
