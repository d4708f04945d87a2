// What the server gives for an answer: its seal over the very statement that
// was sent, under the key it had when this device was linked.

import { canonical } from "./canonical.js";
import { hash } from "./encode.js";
import { open } from "./jws.js";
import { thumbprint } from "./keys.js";

// checkReceipt throws a sentence when the receipt does not prove the answer.
export async function checkReceipt(receipt, { statement, deviceKey, serverKey }) {
  if (receipt.type !== "twinseal.receipt.v1") throw new Error("it is not a receipt of this version");
  if (statement !== undefined && receipt.statement !== statement) throw new Error("it holds another statement");
  if (canonical(receipt.device_key) !== canonical(deviceKey)) throw new Error("it names another device");
  if (canonical(receipt.server_key) !== canonical(serverKey)) throw new Error("another server key sealed it");
  const { header, payload } = await open(receipt.seal, serverKey);
  if (header.typ !== "twinseal-seal+jwt" || payload.type !== "twinseal.seal.v1") throw new Error("its seal is of another kind");
  if (payload.statement !== (await hash(receipt.statement))) throw new Error("its seal is about another statement");
  if (payload.device !== (await thumbprint(deviceKey))) throw new Error("its seal is about another device");
  await open(receipt.statement, deviceKey);
  return payload;
}
