// The device's key. The private half is made not extractable: scripts can use
// it, and nothing can read it, this page included.

import { canonical } from "./canonical.js";
import { hash } from "./encode.js";

const curve = { name: "ECDSA", namedCurve: "P-256" };

/**
 * @typedef {{ crv: string, kty: string, x: string, y: string }} PublicKey
 * @typedef {{ privateKey: CryptoKey, jwk: PublicKey, thumbprint: string }} Key
 * @returns {Promise<Key>}
 */
export async function makeKey() {
  const pair = await crypto.subtle.generateKey(curve, false, ["sign", "verify"]);
  const { crv, kty, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const jwk = { crv, kty, x, y };
  return { privateKey: pair.privateKey, jwk, thumbprint: await thumbprint(jwk) };
}

// thumbprint is a key's name by RFC 7638.
/**
 * @param {PublicKey} key
 * @returns {Promise<string>}
 */
export function thumbprint({ crv, kty, x, y }) {
  return hash(canonical({ crv, kty, x, y }));
}

/**
 * @param {object} jwk
 * @returns {Promise<CryptoKey>}
 */
export function importPublic(jwk) {
  return crypto.subtle.importKey("jwk", { ...jwk, ext: true }, curve, false, ["verify"]);
}
