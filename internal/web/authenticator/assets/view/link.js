// The first page of a browser that is not linked yet.

import { codeInFragment, pretty, readInvitation } from "../invitation.js";
import { Candidate } from "../session.js";
import { h } from "./dom.js";
import { field, submitting } from "./form.js";
import { phoneForm } from "./linkphone.js";
import { nameField } from "./name.js";

export function linkView(onLinked) {
  const code = codeInFragment();
  const place = h("div", {});
  const ways = [
    { name: "code", label: "Linking code", testid: "link-by-code", form: () => codeForm(code, onLinked) },
    { name: "phone", label: "Phone number", testid: "link-by-phone", form: () => phoneForm(onLinked) },
  ];
  const buttons = ways.map((way) => h("button", {
    type: "button", class: "way", "data-testid": way.testid, "aria-pressed": "false", click: () => choose(way),
  }, way.label));
  const choose = (way) => {
    ways.forEach((other, i) => buttons[i].setAttribute("aria-pressed", String(other === way)));
    place.replaceChildren(way.form());
  };
  choose(ways[0]);
  return h("div", { class: "link stack-large", "data-testid": "link-view" },
    h("div", { class: "stack-small" },
      h("h1", {}, "Link this browser"),
      h("p", { class: "lead" }, "It becomes the key to an account: applications ask here before something important happens, and you decide."),
    ),
    h("section", { class: "card raised stack" },
      h("div", { class: "ways", role: "group", "aria-label": "How to link" }, buttons),
      place,
    ),
    h("p", { class: "small soft" }, "The key is made in this browser and never leaves it. Use a browser that is yours alone."),
  );
}

function codeForm(prefilled, onLinked) {
  const code = field({
    id: "code", label: "Linking code", value: pretty(prefilled), hint: "Eight letters and digits, from the application or from a message.",
    autocomplete: "one-time-code", autocapitalize: "characters", spellcheck: "false", placeholder: "ABCD-EFGH", class: "code-input",
  });
  const name = nameField();
  return submitting({ word: prefilled ? "Link this browser" : "Link", busy: "Linking", testid: "link" }, [code, name], async () => {
    const invitation = readInvitation(code.input.value);
    const candidate = await Candidate.make();
    onLinked(await candidate.link(invitation, name.input.value.trim()));
  });
}
