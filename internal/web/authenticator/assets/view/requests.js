// What waits for an answer.

import { expiry } from "../question.js";
import { h, quote, remaining, s } from "./dom.js";
import { empty, loading } from "./parts.js";

export function requestsView(session, signal) {
  const place = h("div", { class: "stack" });
  const draw = () => {
    const focused = place.contains(document.activeElement) && document.activeElement.dataset.id;
    place.replaceChildren(...content(session));
    if (focused) [...place.querySelectorAll("[data-id]")].find((link) => link.dataset.id === focused)?.focus();
  };
  session.addEventListener("pending", draw, { signal });
  session.addEventListener("live", () => session.loaded || draw(), { signal });
  const ticker = setInterval(() => tick(place, session.clock), 1000);
  signal.addEventListener("abort", () => clearInterval(ticker));
  draw();
  return h("div", { class: "stack" }, h("h1", {}, "Requests"), keyWarning(session), place);
}

function content(session) {
  if (!session.loaded) {
    return [loading(session.live === "offline" ? "The server cannot be reached. Trying again…" : "Looking for requests…")];
  }
  if (session.pending.length === 0) {
    return [empty(rings(), "Nothing to decide", "When an application needs your approval, it appears here by itself.", "no-requests")];
  }
  return [h("ul", { class: "requests", "data-testid": "requests" }, session.pending.map((challenge) => row(challenge, session.clock)))];
}

function row({ id, question }, clock) {
  return h("li", {}, h("a", { class: "card request", href: `#/request/${encodeURIComponent(id)}`, "data-testid": "request", "data-id": id },
    h("span", { class: "request-head" },
      h("span", { class: "soft" }, quote(question.application?.name ?? ""), " asks"),
      h("span", { class: "tag pending", "data-expires": String(expiry(question)) }, left(expiry(question), clock)),
    ),
    quote(question.message ?? "", { class: "request-message" }),
    h("span", { class: "request-more" }, "Review"),
  ));
}

const left = (at, clock) => (at === Infinity ? "open" : remaining(at - clock.now()));

function tick(place, clock) {
  for (const tag of place.querySelectorAll("[data-expires]")) tag.textContent = left(Number(tag.dataset.expires), clock);
}

function keyWarning(session) {
  if (!session.keyChanged) return null;
  return h("p", { class: "note bad", role: "alert", "data-testid": "key-changed" },
    h("strong", {}, "The server’s sealing key has changed"), " since this browser was linked. Ask whoever runs the server before you approve anything, then unlink and link again.");
}

export function rings() {
  return s("svg", { viewBox: "0 0 64 64", "aria-hidden": "true", class: "rings" },
    s("circle", { cx: "24", cy: "32", r: "17" }), s("circle", { cx: "40", cy: "32", r: "17" }));
}
