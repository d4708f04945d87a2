// Linking by phone number: a code goes to the number and comes back here.

import { Candidate } from "../session.js";
import { h, quote } from "./dom.js";
import { choice, field, submitting } from "./form.js";
import { nameField } from "./name.js";

export function phoneForm(onLinked) {
  const place = h("div", {});
  const phone = field({
    id: "phone", label: "Phone number", type: "tel", autocomplete: "tel", inputmode: "tel", placeholder: "+1 405 342 5699",
    hint: "With the country code, as the application knows it.",
  });
  const name = nameField();
  place.append(submitting({ word: "Send me a code", busy: "Sending", testid: "send-code" }, [phone, name], async () => {
    const number = e164(phone.input.value);
    const candidate = await Candidate.make();
    const started = await candidate.startPhone(number, name.input.value.trim());
    place.replaceChildren(sentForm({ candidate, number, enrollment: started.enrollment_id, onLinked, again: () => place.replaceChildren(phoneForm(onLinked)) }));
    place.querySelector("input")?.focus();
  }));
  return place;
}

function e164(text) {
  const number = text.replace(/[\s().\/-]/g, "");
  if (!/^\+[0-9]{6,15}$/.test(number)) throw new Error("Write the number with a plus and the country code, such as +1 405 342 5699.");
  return number;
}

function sentForm({ candidate, number, enrollment, onLinked, again }) {
  const code = field({
    id: "sent-code", label: "Code from the message", inputmode: "numeric", autocomplete: "one-time-code", class: "code-input", maxlength: 12,
    hint: "If this number belongs to an account, it has just got a code.",
  });
  const place = h("div", { class: "stack" });
  const confirm = async (directory) => {
    try {
      onLinked(await candidate.finishPhone(enrollment, code.input.value.replace(/\s/g, ""), directory));
    } catch (error) {
      if (error.code !== "directory_required") throw error;
      place.replaceChildren(directoryForm(error.directories, confirm));
    }
  };
  place.append(
    h("p", {}, "Sent to ", h("strong", {}, quote(number)), ". ", inboxHint()),
    submitting({ word: "Link this browser", busy: "Linking", testid: "confirm-code" }, [code], () => confirm()),
    h("button", { type: "button", class: "plain small", "data-testid": "other-number", click: again }, "Use another number"),
  );
  return place;
}

function inboxHint() {
  if (!document.getElementById("hints").dataset.sandbox) return null;
  return h("span", {}, "In this sandbox it is in the ", h("a", { href: "/sandbox", target: "_blank", rel: "noopener", "data-testid": "open-sandbox" }, "inbox"), ".");
}

function directoryForm(directories, confirm) {
  const options = directories.map((directory) => choice({ name: "directory", value: directory.id }, quote(directory.name)));
  options[0].input.checked = true;
  const legend = h("fieldset", { class: "stack-small", "data-testid": "directories" },
    h("legend", {}, "Several services know this number. Which one is meant?"), options.map((option) => option.label));
  return submitting({ word: "Link to this one", busy: "Linking", testid: "choose-directory" }, [{ element: legend }], () =>
    confirm(options.find((option) => option.input.checked).input.value));
}
