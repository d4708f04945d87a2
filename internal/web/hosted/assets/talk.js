// What the page says to the one that opened it in a frame or a window, in the
// words that the vendor's script for browsers listens for. Only origins that
// the application named hear it, because it carries a token.

let targets = [];

export function talk(stage) {
  if (stage.dataset.mode !== "popup") return;
  targets = (stage.dataset.targets ?? "").split(" ").filter(Boolean);
  const other = window.opener ?? (window.parent === window ? null : window.parent);
  if (!other || targets.length === 0) return;
  const send = sender(other);
  send(JSON.stringify({ event: "AUTHSIGNAL_READY" }));
  tellHeight(document.body, send);
  if (stage.dataset.error) send(JSON.stringify({ event: "AUTHSIGNAL_API_ERROR", errorCode: stage.dataset.error, statusCode: Number(stage.dataset.status) }));
  const close = () => send(JSON.stringify({ event: "AUTHSIGNAL_CLOSE_POPUP", token: stage.dataset.token }));
  for (const button of document.querySelectorAll("[data-close]")) {
    button.hidden = false;
    button.addEventListener("click", close);
  }
  if (stage.hasAttribute("data-over")) close();
}

// sender tries the origin that surely frames us first. Without it each is
// tried: the browser hands the words to the one that is right, and to no other.
function sender(other) {
  const around = window.location.ancestorOrigins?.[0];
  const to = targets.includes(around) ? [around] : targets;
  return (data) => to.forEach((origin) => other.postMessage(data, origin));
}

// tellHeight measures all that the page holds, which in a frame is as high as
// what is in it.
function tellHeight(content, send) {
  let told = 0;
  const tell = () => {
    // To its end and not its own height: above it a sandbox warns.
    const height = Math.ceil(content.getBoundingClientRect().bottom + window.scrollY);
    if (height !== told) send({ height: told = height });
  };
  new ResizeObserver(tell).observe(content);
  tell();
}

// announce speaks through the page's live region.
export function announce(text) {
  const region = document.getElementById("live");
  if (region) region.textContent = text;
}
