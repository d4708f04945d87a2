// What this browser is linked to, and the way out.

import { h, quote, when } from "./dom.js";
import { submitting } from "./form.js";
import { pinPart } from "./pin.js";
import { sessionsPart } from "./sessions.js";

export function deviceView(session, signal) {
  const { device, user, directory, organization, applications, server_key: serverKey } = session.linked;
  const facts = [
    ["Account", [user.email, user.phone].filter(Boolean).join(" · ") || user.alias || user.id],
    user.number ? ["Authy id", String(user.number)] : null,
    ["Organization", `${organization.name} · ${directory.name}`],
    ["Applications", applications.map((application) => application.name).join(", ") || "none"],
    ["This device", device.name],
    ["Linked", when(device.created_at)],
  ].filter(Boolean);
  return h("div", { class: "stack" }, h("h1", {}, "This device"),
    h("section", { class: "card raised stack", "data-testid": "account" },
      h("dl", { class: "facts" }, facts.map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, quote(value))))),
      h("details", { class: "small" }, h("summary", {}, "Keys"),
        h("dl", { class: "facts" },
          h("div", {}, h("dt", {}, "Key of this device"), h("dd", { class: "mono" }, device.key)),
          h("div", {}, h("dt", {}, "Server’s sealing key (x)"), h("dd", { class: "mono" }, serverKey.x)))),
    ),
    sessionsPart(session, signal),
    pinPart(session),
    unlinkPart(session),
  );
}

function unlinkPart(session) {
  const dialog = h("dialog", { "aria-labelledby": "unlink-title", "data-testid": "unlink-dialog" },
    h("div", { class: "stack" },
      h("h2", { id: "unlink-title" }, "Unlink this browser?"),
      h("p", {}, "Its key is destroyed, and requests no longer arrive here. To come back you need a new code."),
      submitting({ word: "Unlink", busy: "Unlinking", testid: "confirm-unlink", danger: true }, [], () => session.unlink()),
      h("button", { type: "button", class: "quiet wide", "data-testid": "keep", click: () => dialog.close() }, "Keep it"),
    ));
  return h("div", {}, h("button", { type: "button", class: "danger", "data-testid": "unlink", click: () => dialog.showModal() }, "Unlink this browser"), dialog);
}
