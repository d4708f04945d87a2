// Compact JWS with ES256, the only algorithm there is here.

import { canonical } from "./canonical.js";
import { base64url, bytes, fromBase64url } from "./encode.js";
import { importPublic } from "./keys.js";

const es256 = { name: "ECDSA", hash: "SHA-256" };

// sign writes header and payload in canonical form.
/**
 * @param {CryptoKey} privateKey
 * @param {object} header
 * @param {object} payload
 * @returns {Promise<string>}
 */
export async function sign(privateKey, header, payload) {
  const signed = `${base64url(bytes(canonical(header)))}.${base64url(bytes(canonical(payload)))}`;
  const signature = await crypto.subtle.sign(es256, privateKey, bytes(signed));
  return `${signed}.${base64url(signature)}`;
}

// open verifies a JWS under a public key and gives its header and payload.
/**
 * @param {string} jws
 * @param {object} jwk
 */
export async function open(jws, jwk) {
  const parts = jws.split(".");
  if (parts.length !== 3) throw new Error("not three parts joined by dots");
  const header = read(parts[0]);
  if (header.alg !== "ES256") throw new Error("alg must be ES256");
  const key = await importPublic(jwk);
  const good = await crypto.subtle.verify(es256, key, fromBase64url(parts[2]), bytes(`${parts[0]}.${parts[1]}`));
  if (!good) throw new Error("the signature does not match");
  return { header, payload: read(parts[1]) };
}

function read(part) {
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(fromBase64url(part)));
}
