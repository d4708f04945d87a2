// Base32 (RFC 4648) without padding, as authenticators write secrets. Reading
// it is the protocol's.

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

export function encodeBase32(bytes: Uint8Array): string {
  let out = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += alphabet.charAt((held >> bits) & 31);
    }
  }
  return bits > 0 ? out + alphabet.charAt((held << (5 - bits)) & 31) : out;
}
