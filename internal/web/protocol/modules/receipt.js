// What the server gives for an answer: its seal over the very statement that
// was sent, under the key it had when this device was linked.

import { canonical } from "./canonical.js";
import { base64url, fromBase64url, hash } from "./encode.js";
import { open } from "./jws.js";
import { thumbprint } from "./keys.js";

// checkReceipt throws a sentence when the receipt does not prove the answer. Of
// a passkey's, whose signature takes more kinds of keys than browsers check, it
// trusts the seal, which the server gives to none that it has not checked.
/**
 * @param {object} receipt
 * @param {{ statement?: string, deviceKey?: object, serverKey: object }} expected
 * @returns {Promise<{ challenge: string, event: string, received_at: string, device: string, passkey?: string }>}
 */
export async function checkReceipt(receipt, { statement, deviceKey, serverKey }) {
  if (receipt.type !== "twinseal.receipt.v1") throw new Error("it is not a receipt of this version");
  if (statement !== undefined && (receipt.statement !== statement || receipt.passkey !== undefined)) throw new Error("it holds another statement");
  if (receipt.passkey === undefined && canonical(receipt.device_key) !== canonical(deviceKey)) throw new Error("it names another device");
  if (canonical(receipt.server_key) !== canonical(serverKey)) throw new Error("another server key sealed it");
  const { header, payload } = await open(receipt.seal, serverKey);
  if (header.typ !== "twinseal-seal+jwt" || payload.type !== "twinseal.seal.v1") throw new Error("its seal is of another kind");
  if (payload.statement !== (await hash(receipt.statement))) throw new Error("its seal is about another statement");
  if (receipt.passkey !== undefined) {
    await checkPasskey(receipt, payload);
    return payload;
  }
  if (payload.device !== (await thumbprint(deviceKey))) throw new Error("its seal is about another device");
  await open(receipt.statement, deviceKey);
  return payload;
}

async function checkPasskey(receipt, payload) {
  if (payload.passkey !== (await hash(canonical(receipt.passkey)))) throw new Error("its seal is about another signature");
  const said = JSON.parse(new TextDecoder().decode(fromBase64url(receipt.passkey.client_data)));
  const asked = base64url(await crypto.subtle.digest("SHA-256", fromBase64url(receipt.statement)));
  if (said.type !== "webauthn.get" || said.challenge !== asked) throw new Error("the passkey signed another statement");
}
