// A proof signs one request, so that it can be neither changed nor repeated.

import { base64url, hash } from "./encode.js";
import { sign } from "./jws.js";

const jtiBytes = 16;

// makeProof covers the method, the target (path and query, as sent), the body
// ("" for none) and the moment in milliseconds.
/**
 * @param {import("./keys.js").Key} key
 * @param {string} method
 * @param {string} target
 * @param {string} body
 * @param {number} at
 * @returns {Promise<string>}
 */
export async function makeProof(key, method, target, body, at) {
  const claims = {
    bh: await hash(body),
    htm: method,
    htu: target,
    iat: Math.floor(at / 1000),
    jti: base64url(crypto.getRandomValues(new Uint8Array(jtiBytes))),
  };
  return sign(key.privateKey, { alg: "ES256", jwk: key.jwk, typ: "dpop+jwt" }, claims);
}
