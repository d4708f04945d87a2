// What stands between this browser and a policy, said before anybody presses a
// button.

import { needsLocation, required, satisfied } from "../policy.js";
import { h } from "./dom.js";

export function shortfall(session, policy) {
  if (!policy) return null;
  const notes = [methodsNote(session, policy), placeNote(policy)].filter(Boolean);
  return notes.length > 0 && h("div", { class: "stack-small", "data-testid": "shortfall" }, notes);
}

function methodsNote(session, policy) {
  if (possible(policy, session.configured)) return null;
  if (possible(policy, ["pin_code"])) {
    return h("p", { class: "note wait small", "data-testid": "needs-pin" },
      "To approve this you need a PIN in this browser. ", h("a", { href: "#/device" }, "Set one up"), ", then come back.");
  }
  return h("p", { class: "note bad small", "data-testid": "cannot-meet" },
    "This browser cannot confirm in all of these ways. Use another device; if you approve here, the application is told that it was not enough.");
}

// possible says whether methods suffice wherever this browser may be.
function possible(policy, methods) {
  const sides = (side) => (policy.conditionals ?? []).map(() => side);
  return ["inside", "outside"].some((side) => required(policy, sides(side)).every((one) => satisfied(one, methods)));
}

function placeNote(policy) {
  if (!needsLocation(policy)) return null;
  const land = [...(policy.places ?? []).flat(), ...(policy.conditionals ?? []).flatMap((one) => one.fences)].some((fence) => fence.kind === "territory");
  return h("p", { class: "note small", "data-testid": "uses-location" },
    "Your browser will ask for your location. It is compared here: the application learns whether you are inside, not where you are.",
    land && " A browser knows its position, but not its country: inside of a named territory only another device can approve.");
}
