// One-time codes (RFC 6238). The seed becomes a key that cannot be read back.

const hashes = { SHA1: "SHA-1", SHA256: "SHA-256", SHA512: "SHA-512" };
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

export async function importSeed(seed) {
  const hash = hashes[seed.algorithm];
  const sane = seed.digits >= 4 && seed.digits <= 9 && seed.period >= 1 && seed.period <= 3600;
  if (!hash || !sane) throw new Error("This account's codes are of a kind that this page does not know.");
  const key = await crypto.subtle.importKey("raw", base32(seed.secret), { name: "HMAC", hash }, false, ["sign"]);
  const { digits, period, issuer, label } = seed;
  return { key, digits, period, issuer, label };
}

// codeAt gives the code of a moment and the milliseconds it still lasts.
/**
 * @param {{ key: CryptoKey, digits: number, period: number }} seed
 * @param {number} at
 * @returns {Promise<{ value: string, left: number }>}
 */
export async function codeAt(seed, at) {
  const step = Math.floor(at / 1000 / seed.period);
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(step));
  const mac = new DataView(await crypto.subtle.sign("HMAC", seed.key, counter.buffer));
  const offset = mac.getUint8(mac.byteLength - 1) & 15;
  const number = mac.getUint32(offset) & 0x7fffffff;
  const value = String(number % 10 ** seed.digits).padStart(seed.digits, "0");
  return { value, left: (step + 1) * seed.period * 1000 - at };
}

/** @param {string} text */
export function base32(text) {
  const out = [];
  let bits = 0;
  let count = 0;
  for (const letter of text.replace(/=+$/, "").toUpperCase()) {
    const five = alphabet.indexOf(letter);
    if (five < 0) throw new Error("The seed is not base32.");
    bits = ((bits << 5) | five) & 0xfff;
    count += 5;
    if (count >= 8) {
      count -= 8;
      out.push((bits >> count) & 0xff);
    }
  }
  return new Uint8Array(out);
}
