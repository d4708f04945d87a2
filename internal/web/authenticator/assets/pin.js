// A PIN of the person's own: the one method that every browser can offer. What
// is kept is a slow hash, so that whoever copies this browser's storage does
// not read it off.

const rounds = 600000;

export const pinPattern = /^\d{4,12}$/;

export async function makePin(digits) {
  if (!pinPattern.test(digits)) throw new Error("A PIN has 4 to 12 digits.");
  const salt = crypto.getRandomValues(new Uint8Array(16));
  return { salt, rounds, hash: await derive(digits, salt, rounds) };
}

export async function checkPin(kept, digits) {
  const got = await derive(digits, kept.salt, kept.rounds);
  return got.every((byte, i) => byte === kept.hash[i]);
}

async function derive(digits, salt, iterations) {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(digits), "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, key, 256));
}
