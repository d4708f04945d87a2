// What stands between this browser and a policy, known before anybody presses
// a button.

import { needsLocation, required, satisfied } from "../../../../protocol/modules/policy.js";
import type { Method } from "../state/account";
import type { Fence, Policy } from "../wire/types";

// Shortfall is what to say beside the demands.
export interface Shortfall {
  // lock: a PIN or passkey would do, and none is set up. never: nothing that browsers have would do.
  methods: "" | "lock" | "never";
  // location: the browser will ask for it. land: inside of a territory only another device can approve.
  location: boolean;
  land: boolean;
}

// shortfall compares a policy with what is set up.
export function shortfall(policy: Policy | undefined, configured: readonly Method[]): Shortfall {
  if (policy === undefined) return { methods: "", location: false, land: false };
  const fences: Fence[] = [...(policy.places ?? []).flat(), ...(policy.conditionals ?? []).flatMap((one) => one.fences)];
  return {
    methods: lacking(policy, configured),
    location: needsLocation(policy),
    land: fences.some((fence) => fence.kind === "territory"),
  };
}

function lacking(policy: Policy, configured: readonly Method[]): Shortfall["methods"] {
  if (possible(policy, configured)) return "";
  return locks.some((lock) => possible(policy, [lock])) ? "lock" : "never";
}

const locks: Method[] = ["pin_code", "passkey"];

// possible says whether methods suffice wherever this browser may be.
function possible(policy: Policy, methods: readonly Method[]): boolean {
  return ["inside", "outside"].some((side) =>
    required(policy, (policy.conditionals ?? []).map(() => side)).every((one) => satisfied(one, methods, undefined)));
}
