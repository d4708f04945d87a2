// The backups that 2FAS writes, plain or sealed with a password.

import { bytes } from "../../../../protocol/modules/encode.js";
import { type Found, gather, titled, Unreadable } from "./found";
import { cleanName, type Raw, Refusal } from "./seed";
import { unbase64, unseal, utf8 } from "./sealed";
import { items, type Members, members, number, text } from "./shape";

/** isTwoFAS tells by the members that no other format has. */
export const isTwoFAS = (document: Members): boolean => "servicesEncrypted" in document || "services" in document;

/** isSealedTwoFAS: a sealed backup has an empty list of services beside the sealed one. */
export const isSealedTwoFAS = (document: Members): boolean => text(document["servicesEncrypted"]) !== "";

export const readTwoFAS = (document: Members): Found => services(document["services"]);

function services(found: unknown): Found {
  const list = items(found);
  if (!list) throw new Unreadable("damaged");
  return gather(list, (service) => rawOf(members(service) ?? {}), (service) => nameIn(members(service) ?? {}));
}

function rawOf(service: Members): Raw {
  const otp = members(service["otp"]) ?? {};
  const kind = text(otp["tokenType"]).toUpperCase() || "TOTP";
  if (kind === "HOTP") throw new Refusal("counter");
  if (kind === "STEAM") throw new Refusal("steam");
  if (kind !== "TOTP") throw new Refusal("kind");
  return {
    ...named(service),
    secret: text(service["secret"]),
    algorithm: text(otp["algorithm"]) || undefined,
    digits: number(otp["digits"]),
    period: number(otp["period"]),
  };
}

function named(service: Members): { issuer: string; label: string } {
  const otp = members(service["otp"]) ?? {};
  return { issuer: text(otp["issuer"]) || text(service["name"]), label: text(otp["account"]) || text(otp["label"]) };
}

function nameIn(service: Members): string {
  const { issuer, label } = named(service);
  return titled(cleanName(issuer), cleanName(label));
}

// What 2FAS derives keys with. It is little, which is why the file should not
// outlive the import.
const rounds = 10000;

// 2FAS writes salts of 256 bytes.
const maxSalt = 1024;

/** openTwoFAS opens a sealed backup by its password. */
export async function openTwoFAS(document: Members, password: string): Promise<Found> {
  const parts = text(document["servicesEncrypted"]).split(":").map(unbase64);
  const [data, salt, iv] = parts;
  if (parts.length !== 3 || !data || !salt || !iv || iv.length !== 12 || salt.length > maxSalt) throw new Unreadable("damaged");
  const key = await crypto.subtle.importKey("raw", bytes(password), "PBKDF2", false, ["deriveBits"]);
  const derived = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, key, 256);
  const plain = await unseal(new Uint8Array(derived), iv, data);
  if (!plain) throw new Unreadable("password");
  try {
    return services(JSON.parse(utf8(plain)));
  } catch (error) {
    if (error instanceof SyntaxError) throw new Unreadable("damaged");
    throw error;
  }
}
