// What became of a request.

import { checkReceipt } from "../receipt.js";
import { h, icon, quote, when } from "./dom.js";
import { asker, body } from "./parts.js";
import { explain, failures } from "./words.js";

const words = {
  approved: { title: "Approved", text: "Your signature is on it, and the server has sealed it.", icon: "check" },
  denied: { title: "Denied", text: "The application has been told no.", icon: "cross" },
  failed: { title: "Not approved", text: "The application has been told that this browser could not meet what it demands.", icon: "cross" },
  expired: { title: "Expired", text: "The time for an answer is over. Begin again in the application if you still want it.", icon: "clock" },
  cancelled: { title: "Withdrawn", text: "The application no longer asks. There is nothing to decide.", icon: "clock" },
  answered: { title: "Already answered", text: "Another of your devices was first. Its answer stands.", icon: "check" },
  unknown: { title: "Gone", text: "The server no longer knows this request.", icon: "clock" },
};

// verdict is the page after an answer, or in its place.
export function verdict(name, { challenge, receipt, failure }) {
  const { title, text, icon: picture } = words[name];
  return h("article", { class: `verdict card raised stack center ${name}`, "data-testid": "outcome", "data-outcome": name, "data-id": challenge.id },
    h("span", { class: "seal", "aria-hidden": "true" }, icon(picture)),
    h("h1", { tabindex: "-1" }, title),
    h("p", { class: "verdict-message", "data-testid": "outcome-message" }, quote(challenge.question.message)),
    failure && h("p", { "data-testid": "failure" }, failures[failure] ?? failure),
    h("p", { class: "soft" }, text),
    receipt && h("p", { class: "small soft", "data-testid": "receipt-checked" }, "The receipt has been checked against the server’s key in this browser."),
    h("p", { class: "row center-row" },
      receipt && download(receipt, challenge.id),
      h("a", { class: "button", href: "#/", "data-testid": "done" }, "Done")),
  );
}

// outcome shows a request that is over, with its receipt when there is one.
export function outcome(session, challenge) {
  const place = h("div", { class: "stack-small", "data-testid": "receipt-place" });
  if (challenge.state === "approved" || challenge.state === "denied") showReceipt(session, challenge, place);
  return h("article", { class: "question card raised", "data-testid": "past-request", "data-id": challenge.id, "data-state": challenge.state },
    h("div", { class: "question-head" }, asker(challenge.question), h("span", { class: `tag ${challenge.state}` }, challenge.state)),
    h("div", { class: "question-body stack" }, body(challenge.question), story(challenge), place,
      h("p", {}, h("a", { href: "#/history" }, "Back to the history"))),
  );
}

function story(challenge) {
  const lines = [["Asked", when(challenge.question.created_at)]];
  const answered = challenge.state === "approved" || challenge.state === "denied";
  if (challenge.answered_at) lines.push([answered ? "Answered" : "Ended", when(challenge.answered_at)]);
  if (challenge.reason) lines.push(["Reason", quote(challenge.reason)]);
  if (challenge.failure) lines.push(["Not approved because", h("span", { "data-testid": "failure" }, failures[challenge.failure] ?? quote(challenge.failure))]);
  if (challenge.fraud) lines.push(["Reported", "as fraud"]);
  return h("dl", { class: "story small" }, lines.map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, value))));
}

// showReceipt checks the receipt of an answer, whichever device gave it.
async function showReceipt(session, challenge, place) {
  try {
    const receipt = await session.api.receipt(challenge.id);
    await checkReceipt(receipt, { deviceKey: receipt.device_key, serverKey: session.linked.server_key });
    place.replaceChildren(h("p", { class: "small soft" }, `Signed ${receipt.passkey ? "by a passkey" : "on the device"} and sealed by the server; checked in this browser.`), h("p", {}, download(receipt, challenge.id)));
  } catch (error) {
    place.replaceChildren(h("p", { class: "note bad small", "data-testid": "error" }, `No receipt that could be trusted: ${explain(error)}`));
  }
}

function download(receipt, id) {
  const save = () => {
    const address = URL.createObjectURL(new Blob([JSON.stringify(receipt)], { type: "application/json" }));
    h("a", { href: address, download: `receipt-${id}.json` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  };
  return h("button", { type: "button", class: "quiet", "data-testid": "receipt", click: save }, "Save the receipt");
}
