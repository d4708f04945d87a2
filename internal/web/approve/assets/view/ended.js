// What became of a request, and what went wrong.

import { h, icon, quote } from "./dom.js";
import { failures } from "./words.js";

const words = {
  approved: { title: "Approved", text: "Your signature is on it, and the server has sealed it. You can close this page.", icon: "check" },
  denied: { title: "Denied", text: "The application has been told no. You can close this page.", icon: "cross" },
  failed: { title: "Not approved", text: "The application has been told that your passkey could not meet what it demands.", icon: "cross" },
  mismatched: { title: "Wrong number", text: "This was not the number that is shown where the request was started, so the request has ended and nothing was approved. Begin again there. If you started nothing, somebody else may have.", icon: "cross" },
  expired: { title: "Expired", text: "The time for an answer is over. Begin again in the application if you still want it.", icon: "clock" },
  cancelled: { title: "Withdrawn", text: "The application no longer asks. There is nothing to decide.", icon: "clock" },
  answered: { title: "Already answered", text: "An earlier answer stands.", icon: "check" },
  unknown: { title: "Not found", text: "There is no such request. Its address may be incomplete, or it was long ago.", icon: "clock" },
};

// ended is the page after an answer, or in its place.
export function ended(name, { message, receipt, failure, id } = {}) {
  const { title, text, icon: picture } = words[name] ?? words.unknown;
  return h("article", { class: `verdict card raised stack center ${name}`, "data-testid": "outcome", "data-outcome": name },
    h("span", { class: "seal", "aria-hidden": "true" }, icon(picture)),
    h("h1", { tabindex: "-1" }, title),
    message && h("p", { class: "verdict-message", "data-testid": "outcome-message" }, quote(message)),
    failure && h("p", { "data-testid": "failure" }, failures[failure] ?? failure),
    h("p", { class: "soft" }, text),
    receipt && h("p", { class: "row center-row" }, download(receipt, id)),
  );
}

function download(receipt, id) {
  const save = () => {
    const address = URL.createObjectURL(new Blob([JSON.stringify(receipt)], { type: "application/json" }));
    h("a", { href: address, download: `receipt-${id}.json` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  };
  return h("button", { type: "button", class: "quiet", "data-testid": "receipt", click: save }, "Save the receipt");
}

// trouble says what went wrong before anything could be shown.
export function trouble(text, again) {
  return h("div", { class: "card raised stack trouble", "data-testid": "trouble" },
    h("h1", { tabindex: "-1" }, "This did not work"),
    h("p", { role: "alert", "data-testid": "error" }, text),
    again && h("p", {}, h("button", { type: "button", "data-testid": "again", click: again }, "Try again")),
  );
}
