// The two packages of an answer that only the application can open: what the
// SDKs of LaunchKey expect, encrypted to the key that came with the question.

import { canonical } from "./canonical.js";
import { base64, base64url, bytes, hash } from "./encode.js";
import { methods } from "./policy.js";

const maxPins = 5;
const pinSpace = 10000;
const supported = ["geofencing", "pin_code"];

// newPackage says everything about an answer { challenge, device, pins,
// approved, failure, reasonID, fraud, policy, evidence, configured }. Of a
// passkey that unlocked the device the SDKs know nothing.
export function newPackage(answer) {
  const [type, reason] = outcome(answer);
  return {
    type, reason,
    denial_reason: type === "DENIED" && answer.reasonID ? answer.reasonID : null,
    device_id: answer.device,
    service_pins: answer.pins,
    auth_request: answer.challenge,
    auth_policy: flatten(answer.policy ?? {}),
    auth_methods: methods.filter((method) => method !== "passkey").map((method) => row(method, answer)),
  };
}

function outcome({ approved, failure, fraud }) {
  if (failure) return ["FAILED", failure === "busy" ? "BUSY_LOCAL" : failure.toUpperCase()];
  if (approved) return ["AUTHORIZED", "APPROVED"];
  return ["DENIED", fraud ? "FRAUDULENT" : "DISAPPROVED"];
}

// row is what there is to say about one method. Being inside of an
// application's fence is always at hand and never set up.
function row(method, { evidence, configured = [], failure }) {
  const passed = evidence?.methods.includes(method) ?? false;
  const set = passed || configured.includes(method);
  const geofencing = method === "geofencing";
  const tried = geofencing ? evidence?.places?.includes("outside") : set && failure === "authentication";
  const exercised = passed || tried;
  return {
    method,
    set: geofencing ? null : set,
    active: geofencing || set,
    allowed: true,
    supported: set || supported.includes(method),
    user_required: exercised ? false : null,
    passed: exercised ? passed : null,
    error: exercised ? false : null,
  };
}

function flatten(policy) {
  const fences = [...(policy.places ?? []).flat(), ...(policy.conditionals ?? []).flatMap((one) => one.fences)];
  const once = new Map(fences.map((fence) => [canonical(fence), fence]));
  return {
    requirement: requirement(policy),
    amount: Number(policy.methods ?? 0),
    types: policy.factors ?? [],
    geofences: [...once.values()].map(geofence),
  };
}

function requirement(policy) {
  if (policy.conditionals) return "cond_geo";
  if (policy.factors) return "types";
  return policy.methods === undefined ? null : "amount";
}

function geofence({ kind, name, latitude, longitude, radius, country, area, postal_code: postalCode }) {
  const named = name ? { name } : {};
  if (kind === "circle") return { type: "GEO_CIRCLE", ...named, latitude: Number(latitude), longitude: Number(longitude), radius: Number(radius) };
  return { type: "TERRITORY", ...named, country, ...(area && { administrative_area: area }), ...(postalCode && { postal_code: postalCode }) };
}

// nextPins adds a fresh pin and drops the oldest: an application that
// remembers them notices a copied device.
/**
 * @param {string[]} [pins]
 * @returns {string[]}
 */
export function nextPins(pins = []) {
  const kept = pins.slice(-(maxPins - 1));
  for (;;) {
    const pin = String(random() % pinSpace).padStart(4, "0");
    if (!kept.includes(pin)) return [...kept, pin];
  }
}

// random is even over its range up to the bias of 2^32 modulo ten thousand.
const random = () => crypto.getRandomValues(new Uint32Array(1))[0];

// seal encrypts both packages for a recipient { kid, key }, and gives them
// with the hash that the statement carries.
export async function seal(content, { kid, key }) {
  const recipient = await crypto.subtle.importKey("jwk", { ...key, ext: true }, { name: "RSA-OAEP", hash: "SHA-1" }, false, ["encrypt"]);
  const { auth_request, device_id, service_pins } = content;
  const legacy = { response: content.type === "AUTHORIZED", auth_request, device_id, service_pins };
  const packages = {
    auth: base64(await crypto.subtle.encrypt("RSA-OAEP", recipient, bytes(JSON.stringify(legacy)))),
    auth_jwe: await encrypt(bytes(JSON.stringify(content)), recipient, kid),
  };
  return { packages, hash: await hash(canonical(packages)) };
}

const macBytes = 32;

// encrypt writes a compact JWE (RFC 7516) with RSA-OAEP and A256CBC-HS512
// (RFC 7518, section 5.2.5).
async function encrypt(plaintext, recipient, kid) {
  const header = base64url(bytes(JSON.stringify({ alg: "RSA-OAEP", enc: "A256CBC-HS512", kid, cty: "application/json" })));
  const secret = crypto.getRandomValues(new Uint8Array(2 * macBytes));
  const iv = crypto.getRandomValues(new Uint8Array(16));
  const aes = await crypto.subtle.importKey("raw", secret.slice(macBytes), "AES-CBC", false, ["encrypt"]);
  const ciphertext = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CBC", iv }, aes, plaintext));
  const tag = await authenticate(secret.slice(0, macBytes), bytes(header), iv, ciphertext);
  const wrapped = await crypto.subtle.encrypt("RSA-OAEP", recipient, secret);
  return [header, ...[wrapped, iv, ciphertext, tag].map(base64url)].join(".");
}

async function authenticate(secret, header, iv, ciphertext) {
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(header.length) * 8n);
  const mac = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-512" }, false, ["sign"]);
  const signed = await new Blob([header, iv, ciphertext, length]).arrayBuffer();
  return (await crypto.subtle.sign("HMAC", mac, signed)).slice(0, macBytes);
}
