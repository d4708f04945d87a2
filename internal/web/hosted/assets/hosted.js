// What scripts add to pages that work without them: passkeys, waiting without
// reloading, words to the page around, and small comforts.
import { talk } from "./talk.js";
import { forms } from "./forms.js";
import { keyForm } from "./keyform.js";
import { waitForAnswer } from "./waiting.js";
import { recoveryCodes } from "./codes.js";

const stage = document.querySelector("[data-stage]");
if (stage) {
  talk(stage);
  forms();
  recoveryCodes();
  for (const form of document.querySelectorAll("form[data-key]")) keyForm(form);
  if (document.querySelector("[data-wait]")) waitForAnswer();
  document.getElementById("problem")?.focus();
}
