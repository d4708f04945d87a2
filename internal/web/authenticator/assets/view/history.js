// What was asked before.

import { h, quote, when } from "./dom.js";
import { empty, loading } from "./parts.js";
import { rings } from "./requests.js";
import { explain } from "./words.js";

export function historyView(session, signal) {
  const list = h("ul", { class: "history", "data-testid": "history" });
  const place = h("div", { class: "stack" }, loading("Loading the history…"));
  const more = h("button", { type: "button", class: "quiet wide", "data-testid": "more", hidden: true });
  more.textContent = "Show older ones";
  const load = async (after) => {
    more.setAttribute("aria-busy", "true");
    try {
      const page = await session.api.history(after);
      if (signal.aborted) return;
      const over = page.challenges.filter((challenge) => challenge.state !== "pending");
      list.append(...over.map(row));
      more.hidden = !page.next;
      more.onclick = () => load(page.next);
      place.replaceChildren(list.children.length > 0 ? list : empty(rings(), "No history yet", "Requests that you answered, or that expired, are kept here.", "no-history"), more);
    } catch (error) {
      if (signal.aborted) return;
      const again = h("button", { type: "button", class: "quiet", click: () => load(after) }, "Try again");
      place.replaceChildren(list, h("p", { class: "note bad", role: "alert", "data-testid": "error" }, explain(error)), again);
    } finally {
      more.removeAttribute("aria-busy");
    }
  };
  load();
  return h("div", { class: "stack" }, h("h1", {}, "History"), place);
}

function row(challenge) {
  const { question } = challenge;
  return h("li", {}, h("a", { href: `#/history/${encodeURIComponent(challenge.id)}`, "data-testid": "history-item", "data-id": challenge.id, "data-state": challenge.state },
    quote(question.message, { class: "history-message" }),
    h("span", { class: `tag ${challenge.state}` }, challenge.state),
    h("span", { class: "soft small" }, quote(question.application.name), " · ", when(challenge.answered_at ?? question.created_at)),
  ));
}
