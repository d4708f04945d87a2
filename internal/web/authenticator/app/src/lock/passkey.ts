// A passkey of this device as a lock. Nobody checks its signature, for no server
// is asked: its PRF extension gives a secret that only the passkey can make, and
// only after the system has verified the person.

import { Explained, t } from "../words";
import { type Bytes, random } from "../vault/sealing";

export interface Passkey {
  readonly kind: "passkey";
  readonly credential: Bytes;
  readonly salt: Bytes;
}

const timeout = 120_000;

// possible tells whether this device has an authenticator of its own. Passkeys
// belong to names: a page at a bare address gets none.
export async function possible(): Promise<boolean> {
  if (typeof PublicKeyCredential === "undefined" || /^[\d.]+$|^\[/.test(location.hostname)) return false;
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
}

// makePasskey makes one and gives it with its secret. A browser without the PRF
// extension is refused in words: a passkey alone would lock nothing.
export async function makePasskey(): Promise<{ passkey: Passkey; secret: Bytes }> {
  const salt = random(32);
  const made = await asked(() => navigator.credentials.create({ publicKey: {
    rp: { name: "Twinseal" },
    user: { id: random(16), name: t("codes.passkey.name"), displayName: t("codes.passkey.name") },
    challenge: random(32),
    pubKeyCredParams: [{ type: "public-key", alg: -7 }, { type: "public-key", alg: -257 }],
    authenticatorSelection: { authenticatorAttachment: "platform", residentKey: "discouraged", userVerification: "required" },
    extensions: { prf: { eval: { first: salt } } },
    timeout,
  } }));
  if (!made.getClientExtensionResults().prf?.enabled) throw new Explained(t("codes.passkey.noprf"));
  const passkey: Passkey = { kind: "passkey", credential: new Uint8Array(made.rawId), salt };
  return { passkey, secret: secretOf(made) ?? (await passkeySecret(passkey)) };
}

// passkeySecret asks the person, and gives the passkey's secret.
export async function passkeySecret({ credential, salt }: Passkey): Promise<Bytes> {
  const got = await asked(() => navigator.credentials.get({ publicKey: {
    challenge: random(32),
    allowCredentials: [{ type: "public-key", id: credential, transports: ["internal"] }],
    userVerification: "required",
    extensions: { prf: { eval: { first: salt } } },
    timeout,
  } }));
  const secret = secretOf(got);
  if (!secret) throw new Explained(t("codes.passkey.noprf"));
  return secret;
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  const found = await ask().catch((error: unknown) => {
    throw new Explained(t(error instanceof DOMException && error.name === "NotAllowedError" ? "codes.passkey.cancelled" : "codes.passkey.failed"));
  });
  if (!(found instanceof PublicKeyCredential)) throw new Explained(t("codes.passkey.failed"));
  return found;
}

function secretOf(credential: PublicKeyCredential): Bytes | undefined {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  if (!first) return undefined;
  return ArrayBuffer.isView(first) ? new Uint8Array(first.buffer as ArrayBuffer, first.byteOffset, first.byteLength) : new Uint8Array(first);
}
