// Bytes, text, base64 and base64url.

const encoder = new TextEncoder();

/** @param {string} text */
export const bytes = (text) => encoder.encode(text);

/**
 * @param {ArrayBuffer | Uint8Array} buffer
 * @returns {string}
 */
export function base64(buffer) {
  let binary = "";
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/**
 * @param {ArrayBuffer | Uint8Array} buffer
 * @returns {string}
 */
export function base64url(buffer) {
  return base64(buffer).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} text */
export function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new TypeError("not base64url");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (c) => c.charCodeAt(0));
}

// hash is base64url(SHA-256(text as UTF-8)).
/**
 * @param {string} text
 * @returns {Promise<string>}
 */
export async function hash(text) {
  return base64url(await crypto.subtle.digest("SHA-256", bytes(text)));
}
