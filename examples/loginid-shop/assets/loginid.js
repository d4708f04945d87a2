// What the pages need of the LoginID protocol: its ceremonies between this
// browser's authenticator and the server. Each ends with a token that the shop
// proves; nothing here decides who is let in.
const { server, client } = document.body.dataset;

/** A refusal by the server, with the protocol's word for it. */
export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

function decode(text) {
  // Ids can end in "=" where no padding belongs.
  const plain = atob(text.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function encode(buffer) {
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

async function call(path, body, { token, signal } = {}) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(server + path, {
    method: "POST", headers, signal, credentials: "omit", referrerPolicy: "no-referrer", body: JSON.stringify({ client_id: client, ...body }),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Refused(said.code ?? "unknown_error");
  return said;
}

const known = (descriptor) => ({ ...descriptor, id: decode(descriptor.id) });

/** Makes a key by the server's options. */
async function make({ credential_uuid, ...options }) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: decode(options.challenge),
      user: { ...options.user, id: decode(options.user.id) },
      excludeCredentials: (options.excludeCredentials ?? []).map(known),
    },
  });
  return {
    credential_uuid,
    challenge: options.challenge,
    credential_id: encode(made.rawId),
    client_data: encode(made.response.clientDataJSON),
    attestation_data: encode(made.response.attestationObject),
  };
}

/** Signs the challenge of the server's options. */
async function sign(options) {
  const { rawId, response } = await navigator.credentials.get({
    publicKey: { ...options, challenge: decode(options.challenge), allowCredentials: (options.allowCredentials ?? []).map(known) },
  });
  return {
    challenge: options.challenge,
    credential: encode(rawId),
    clientData: encode(response.clientDataJSON),
    authenticatorData: encode(response.authenticatorData),
    signature: encode(response.signature),
  };
}

/** Registers a new user and returns the user's token. */
export async function register(username, token, roaming) {
  const options = { display_name: username, roaming_authenticator: roaming };
  const begun = await call("/register/fido2/init", { username, options }, { token });
  const made = await make(begun.attestation_payload);
  return (await call("/register/fido2/complete", { username, attestation_payload: made })).jwt;
}

/** Signs a user in and returns the user's token. */
export async function signIn(username, token) {
  const begun = await call("/authenticate/fido2/init", { username }, { token });
  const signed = await sign(begun.assertion_payload);
  const done = await call("/authenticate/fido2/complete", {
    username,
    assertion_payload: {
      challenge: signed.challenge,
      credential_id: signed.credential,
      client_data: signed.clientData,
      authenticator_data: signed.authenticatorData,
      signature: signed.signature,
    },
  });
  return done.jwt;
}

/** Signs a transaction that the shop has announced, and returns its token. */
export async function confirm(username, tx) {
  const begun = await call("/tx/init", { username, tx_id: tx });
  const signed = await sign(begun.assertion_options);
  const done = await call("/tx/complete", {
    username,
    tx_id: begun.tx_id,
    challenge: signed.challenge,
    key_handle: signed.credential,
    client_data: signed.clientData,
    auth_data: signed.authenticatorData,
    sign_data: signed.signature,
  });
  return done.jwt;
}

/** Adds a passkey to a user who has a code that permits it. */
export async function add(username, code, token, roaming) {
  const options = { display_name: username, roaming_authenticator: roaming };
  const begun = await call("/credentials/fido2/init/code", { username, authentication_code: { code, type: "short" }, options }, { token });
  const made = await make(begun.attestation_payload);
  await call("/credentials/fido2/complete", { username, attestation_payload: made, no_jwt: true });
}

/**
 * Waits until a code is authorized on another device, and returns the user's
 * token. The server holds each request for minutes; a token permits one.
 */
export async function wait(username, code, permit, signal) {
  for (let failures = 0; ; ) {
    try {
      const token = await permit();
      const body = { username, authentication_code: { code, type: "short" } };
      return (await call("/authenticate/code/wait", body, { token, signal })).jwt;
    } catch (error) {
      const passing = error instanceof TypeError || error.code === "internal_server_error";
      if (signal.aborted || (error.code !== "remote_session_timeout" && !(passing && ++failures < 5))) throw error;
      await new Promise((go) => setTimeout(go, 1000 * (failures + 1)));
    }
  }
}
