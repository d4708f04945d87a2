// The files that Aegis exports, plain or sealed with a password.

import { bytes } from "../../../../protocol/modules/encode.js";
import { type Found, gather, titled, Unreadable } from "./found";
import { type Raw, cleanName, Refusal } from "./seed";
import { unbase64, unhex, unseal, utf8 } from "./sealed";
import { items, type Members, members, number, parse, text } from "./shape";

/** isAegis tells by the members that no other format has. */
export const isAegis = (document: Members): boolean => "header" in document && "db" in document;

/** isSealedAegis: a sealed database is a text, a plain one an object. */
export const isSealedAegis = (document: Members): boolean => typeof document["db"] === "string";

export function readAegis(document: Members): Found {
  return entries(members(document["db"]));
}

function entries(db: Members | undefined): Found {
  const list = items(db?.["entries"]);
  if (!list) throw new Unreadable("damaged");
  return gather(list, (entry) => rawOf(members(entry) ?? {}), (entry) => nameIn(members(entry) ?? {}));
}

function rawOf(entry: Members): Raw {
  const info = members(entry["info"]);
  const kind = text(entry["type"]).toLowerCase();
  if (kind === "hotp") throw new Refusal("counter");
  if (kind === "steam") throw new Refusal("steam");
  if (kind !== "totp") throw new Refusal("kind");
  if (!info) throw new Refusal("shape");
  return {
    issuer: text(entry["issuer"]),
    label: text(entry["name"]),
    secret: text(info["secret"]),
    algorithm: text(info["algo"]),
    digits: number(info["digits"]),
    period: number(info["period"]),
  };
}

const nameIn = (entry: Members): string => titled(cleanName(text(entry["issuer"])), cleanName(text(entry["name"])));

// A vault has a handful of passwords; each costs a second to try.
const maxSlots = 5;

/** openAegis opens a sealed file by its password. */
export async function openAegis(document: Members, password: string): Promise<Found> {
  const header = members(document["header"]);
  const slots = (items(header?.["slots"]) ?? []).map((slot) => members(slot) ?? {}).filter((slot) => slot["type"] === 1);
  if (slots.length === 0) throw new Unreadable("key");
  if (slots.length > maxSlots) throw new Unreadable("costly");
  const sealed = withTag(unbase64(text(document["db"])), members(header?.["params"]));
  for (const slot of slots) {
    const key = await masterKey(slot, password);
    if (!key) continue;
    const plain = await unseal(key, sealed.iv, sealed.data);
    if (!plain) throw new Unreadable("damaged");
    return entries(parse(utf8(plain)));
  }
  throw new Unreadable("password");
}

async function masterKey(slot: Members, password: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { affordable, scrypt } = await import("./scrypt");
  const cost = { n: number(slot["n"]) ?? NaN, r: number(slot["r"]) ?? NaN, p: number(slot["p"]) ?? NaN };
  if (!affordable(cost)) throw new Unreadable("costly");
  const wrapped = withTag(unhex(text(slot["key"]), 32), members(slot["key_params"]));
  const wrapping = await scrypt(bytes(password), unhex(text(slot["salt"]), 32), cost);
  return unseal(wrapping, wrapped.iv, wrapped.data);
}

// withTag puts the tag behind the sealed bytes, where browsers look for it.
function withTag(sealed: Uint8Array<ArrayBuffer>, params: Members | undefined): { iv: Uint8Array<ArrayBuffer>; data: Uint8Array<ArrayBuffer> } {
  const tag = unhex(text(params?.["tag"]), 16);
  const data = new Uint8Array(sealed.length + tag.length);
  data.set(sealed);
  data.set(tag, sealed.length);
  return { iv: unhex(text(params?.["nonce"]), 12), data };
}
