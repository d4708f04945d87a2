// Calls of the device protocol about the person's own devices and ways back.

import type { Account } from "../state/account";
import type { AccountInfo } from "../wire/types";

const prefix = "/api/v1/device";
const part = encodeURIComponent;

// Sibling is one device of the person, this one included.
export interface Sibling {
  id: string;
  name: string;
  platform: string;
  created_at: string;
  last_seen_at?: string;
  this: boolean;
}

// Purpose of a join: a second device, or one in the place of this one.
export type Purpose = "add" | "move";

// Opened is a join as it begins: what the other device scans or types.
export interface Opened {
  id: string;
  code: string;
  uri: string;
  expires_at: string;
}

export type JoinState = "open" | "claimed" | "approved" | "refused" | "expired";

// Join says how far it is, and, once a device came, which and what numbers
// there are to choose from.
export interface Join {
  id: string;
  purpose: Purpose;
  state: JoinState;
  expires_at: string;
  device?: { name: string; platform: string };
  choices?: string[];
}

export async function devices({ api }: Account): Promise<Sibling[]> {
  return (await api.call<{ devices: Sibling[] }>("GET", `${prefix}/devices`)).devices;
}

export const unlinkOther = ({ api }: Account, id: string): Promise<void> => api.call("DELETE", `${prefix}/devices/${part(id)}`);

// renameDevice changes the name under which all devices of the person see this
// one.
export async function renameDevice(account: Account, name: string): Promise<void> {
  await account.api.call<unknown>("PATCH", prefix, { name });
  const linked: AccountInfo = account.info.peek();
  await account.keep({ linked: { ...linked, device: { ...linked.device, name } } });
}

export const openJoin = ({ api }: Account, purpose: Purpose): Promise<Opened> => api.call("POST", `${prefix}/joins`, { purpose });

// readJoin is held by the server until the state is another than the one that
// is known, or the seconds are over.
export function readJoin({ api }: Account, id: string, known: JoinState, wait: number, signal: AbortSignal): Promise<Join> {
  return api.call("GET", `${prefix}/joins/${part(id)}?state=${known}&wait=${wait}`, undefined, { signal, patience: 20_000 + 1000 * wait });
}

// answerJoin lets the other device in by the number that it shows, or keeps it
// out when there is none.
export function answerJoin({ api }: Account, id: string, number?: string): Promise<Join> {
  return api.call("POST", `${prefix}/joins/${part(id)}/answer`, number === undefined ? { approve: false } : { approve: true, number });
}

export const withdrawJoin = ({ api }: Account, id: string): Promise<void> => api.call("DELETE", `${prefix}/joins/${part(id)}`);

export async function codesLeft({ api }: Account): Promise<number> {
  return (await api.call<{ left: number }>("GET", `${prefix}/recovery`)).left;
}

// makeCodes gives new recovery codes; those before stop working.
export async function makeCodes({ api }: Account): Promise<string[]> {
  return (await api.call<{ codes: string[] }>("POST", `${prefix}/recovery`)).codes;
}
