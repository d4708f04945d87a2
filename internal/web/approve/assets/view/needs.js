// What stands between a passkey and a policy, said before anybody presses a
// button.

import { needsLocation, required, satisfied, wantsMethods } from "../policy.js";
import { h } from "./dom.js";

export function needs(policy) {
  if (!policy) return null;
  const notes = [methodsNote(policy), placeNote(policy)].filter(Boolean);
  return notes.length > 0 && h("div", { class: "stack-small", "data-testid": "shortfall" }, notes);
}

function methodsNote(policy) {
  if (!wantsMethods(policy)) return null;
  if (possible(policy)) {
    return h("p", { class: "note small", "data-testid": "verifies" }, "Your passkey will ask for its PIN, your finger or your face.");
  }
  return h("p", { class: "note bad small", "data-testid": "cannot-meet" },
    "A passkey cannot confirm in all of these ways. Answer on a device with the authenticator; if you approve here, the application is told that it was not enough.");
}

// possible says whether a passkey that verifies the person suffices anywhere.
function possible(policy) {
  const passkey = { verified: true };
  const sides = (side) => (policy.conditionals ?? []).map(() => side);
  return ["inside", "outside"].some((side) => required(policy, sides(side)).every((one) => satisfied(one, [], passkey)));
}

function placeNote(policy) {
  if (!needsLocation(policy)) return null;
  return h("p", { class: "note small", "data-testid": "uses-location" },
    "Your browser will ask for your location. It is compared here: the application learns whether you are inside, not where you are.");
}
