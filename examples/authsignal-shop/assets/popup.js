// The challenge page in a frame, by the messages that it sends: the few lines of a
// browser SDK that this till needs.

/** What the page may use that is asked for by its frame. */
const allow = "publickey-credentials-get *; publickey-credentials-create *; clipboard-write";

/** How long to wait for the page to say that it is ready. */
const patience = 3000;

/**
 * Shows the challenge until it ends, and gives the token, or undefined when
 * somebody left. Only messages of exactly this frame and of the page's origin
 * count.
 */
export function challenge(address) {
  const origin = new URL(address).origin;
  const dialog = document.createElement("dialog");
  dialog.className = "challenge";
  dialog.setAttribute("aria-label", "Prove that it is you");
  const frame = document.createElement("iframe");
  frame.title = "Prove that it is you";
  frame.allow = allow;
  frame.src = address;
  dialog.append(frame);
  document.body.append(dialog);
  dialog.showModal();
  const shown = setTimeout(() => dialog.classList.add("ready"), patience);

  return new Promise((resolve) => {
    const end = (token) => {
      clearTimeout(shown);
      window.removeEventListener("message", hear);
      dialog.remove();
      resolve(token);
    };
    const hear = (event) => {
      if (event.origin !== origin || event.source !== frame.contentWindow) return;
      const said = read(event.data);
      if (typeof said.height === "number") frame.style.height = `${Math.ceil(said.height)}px`;
      if (said.event === "AUTHSIGNAL_READY") dialog.classList.add("ready");
      if (said.event === "AUTHSIGNAL_CLOSE_POPUP") end(said.token);
    };
    window.addEventListener("message", hear);
    dialog.addEventListener("cancel", () => end(undefined));
  });
}

/** Heights come as objects, events as texts. */
function read(data) {
  if (typeof data !== "string") return data ?? {};
  try {
    return JSON.parse(data) ?? {};
  } catch {
    return {};
  }
}
