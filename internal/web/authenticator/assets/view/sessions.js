// Where the person is logged in, with a way out of each.

import { announce, h, quote, when } from "./dom.js";
import { loading } from "./parts.js";
import { explain } from "./words.js";

export function sessionsPart(session, signal) {
  const place = h("div", { class: "stack-small" }, loading("Looking where you are logged in…"));
  const load = async () => {
    try {
      const { sessions } = await session.api.sessions();
      if (!signal.aborted) place.replaceChildren(...content(sessions, session, load));
    } catch (error) {
      if (signal.aborted) return;
      place.replaceChildren(trouble(explain(error)), h("button", { type: "button", class: "quiet", click: load }, "Try again"));
    }
  };
  load();
  return h("section", { class: "card raised stack", "data-testid": "sessions" }, h("h2", {}, "Logged in at"), place);
}

const trouble = (text) => h("p", { class: "note bad", role: "alert", "data-testid": "error" }, text);

function content(sessions, session, load) {
  if (sessions.length === 0) return [h("p", { class: "soft", "data-testid": "no-sessions" }, "Applications that you log in to appear here, if they say so.")];
  return [h("ul", { class: "sessions" }, sessions.map((one) => row(one, session, load)))];
}

function row({ id, application, started_at: since }, session, load) {
  const problem = h("div", {});
  const button = h("button", { type: "button", class: "quiet small", "data-testid": "logout", "aria-label": `Log out of ${application.name}`, click: async () => {
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    try {
      await session.api.endSession(id);
      announce(`Logged out of ${application.name}`);
      await load();
    } catch (error) {
      if (error.code === "session_unknown") { await load(); return; }
      problem.replaceChildren(trouble(explain(error)));
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
  } }, "Log out");
  return h("li", { "data-testid": "session", "data-id": id },
    h("span", { class: "session-name" }, quote(application.name), h("span", { class: "soft small" }, "since ", h("time", { datetime: since }, when(since)))),
    button, problem);
}
