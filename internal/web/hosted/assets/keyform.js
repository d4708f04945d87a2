import { base64url, fromBase64url } from "./octets.js";
import { announce } from "./talk.js";
import { waitForAnswer } from "./waiting.js";

// keyForm asks the person's device to make or use a passkey, and sends what it
// says with the form, as if it had been typed.
export function keyForm(form) {
  const button = form.querySelector("button");
  if (!window.PublicKeyCredential || !navigator.credentials) {
    problem(form.dataset.unsupported);
    return;
  }
  button.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-busy") !== "true") run(form, button);
  });
  newTab();
}

async function run(form, button) {
  button.setAttribute("aria-busy", "true");
  document.getElementById("key-problem").hidden = true;
  announce(form.dataset.waiting);
  try {
    const reply = await fetch("/challenge/key", { method: "POST", body: new URLSearchParams(new FormData(form)), cache: "no-store" });
    if (!reply.ok) throw new Error("refused");
    const { prompt, options } = await reply.json();
    form.elements.prompt.value = prompt;
    form.elements.credential.value = JSON.stringify(await (form.dataset.key === "create" ? create(options) : use(options)));
    form.submit();
  } catch (error) {
    button.setAttribute("aria-busy", "false");
    explain(form, error);
  }
}

async function create(options) {
  const made = await navigator.credentials.create({ publicKey: {
    ...options, challenge: fromBase64url(options.challenge), user: { ...options.user, id: fromBase64url(options.user.id) },
    excludeCredentials: options.excludeCredentials.map(named),
  } });
  const { clientDataJSON, attestationObject } = made.response;
  return wire(made, { clientDataJSON: base64url(clientDataJSON), attestationObject: base64url(attestationObject), transports: made.response.getTransports?.() ?? [] });
}

async function use(options) {
  const used = await navigator.credentials.get({ publicKey: {
    ...options, challenge: fromBase64url(options.challenge), allowCredentials: options.allowCredentials.map(named),
  } });
  const { clientDataJSON, authenticatorData, signature, userHandle } = used.response;
  return wire(used, {
    clientDataJSON: base64url(clientDataJSON), authenticatorData: base64url(authenticatorData), signature: base64url(signature),
    ...(userHandle?.byteLength && { userHandle: base64url(userHandle) }),
  });
}

const named = (one) => ({ ...one, id: fromBase64url(one.id) });

const wire = (credential, response) => ({
  id: credential.id, rawId: base64url(credential.rawId), type: credential.type, authenticatorAttachment: credential.authenticatorAttachment ?? "", response,
});

// explain words what a browser said. Frames are told apart because another tab
// helps there.
function explain(form, error) {
  const words = form.dataset;
  const framed = window.parent !== window;
  const link = document.querySelector("[data-new-tab]");
  if (error.name === "InvalidStateError") problem(words.exists);
  else if (framed && link && ["NotAllowedError", "SecurityError"].includes(error.name)) {
    link.hidden = false;
    problem(words.framed);
  } else if (["NotAllowedError", "AbortError"].includes(error.name)) problem(words.cancelled);
  else if (["NotSupportedError", "SecurityError", "ConstraintError"].includes(error.name)) problem(words.unsupported);
  else problem(words.unavailable);
}

function problem(text) {
  const note = document.getElementById("key-problem");
  note.querySelector("p").textContent = text;
  note.hidden = false;
  note.focus();
}

// newTab goes on here when the other tab is done.
function newTab() {
  document.querySelector("[data-new-tab]")?.addEventListener("click", waitForAnswer, { once: true });
}
