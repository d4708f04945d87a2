// A policy in plain words, the same that a terminal shows.

import { list, locale, t } from "../words";
import type { Demand, Fence, Policy, Window } from "../wire/types";

const factors: Record<string, () => string> = {
  inherence: () => t("requests.demand.inherence"),
  knowledge: () => t("requests.demand.knowledge"),
  possession: () => t("requests.demand.possession"),
};

// demands gives one line for each demand, none for a policy that demands
// nothing.
export function demands(policy: Policy): string[] {
  const lines = requirement(policy);
  for (const group of policy.places ?? []) lines.push(t("requests.demand.place", { fences: fences(group) }));
  for (const one of policy.conditionals ?? []) {
    const where = fences(one.fences);
    lines.push(...requirement(one.inside).map((demand) => t("requests.demand.inside", { fences: where, demand })));
    lines.push(...requirement(one.outside).map((demand) => t("requests.demand.outside", { fences: where, demand })));
  }
  for (const group of policy.times ?? []) lines.push(t("requests.demand.time", { windows: either(group.map(hours)) }));
  if (policy.deny_rooted) lines.push(t("requests.demand.rooted"));
  if (policy.deny_emulator) lines.push(t("requests.demand.emulator"));
  if (policy.deny_synced) lines.push(t("requests.demand.synced"));
  if (policy.match === "pick") lines.push(t("requests.demand.match.pick"));
  if (policy.match === "type") lines.push(t("requests.demand.match.type"));
  return lines;
}

function requirement({ methods = "0", factors: kinds = [] }: Demand): string[] {
  const count = Number(methods);
  const lines = count === 0 ? [] : [t("requests.demand.methods", { n: count })];
  return [...lines, ...kinds.map((kind) => factors[kind]?.() ?? kind)];
}

const either = (choices: string[]): string => new Intl.ListFormat(locale.value, { type: "disjunction" }).format(choices);

const fences = (group: Fence[]): string => either(group.map(fence));

function fence({ kind, name = "", radius = "", latitude = "", longitude = "", country = "", area, postal_code: postalCode }: Fence): string {
  const place = kind === "circle"
    ? t("requests.fence.circle", { radius, latitude, longitude })
    : [area ?? country, postalCode].filter(Boolean).join(" ");
  return name === "" ? place : t("requests.fence.named", { name, place });
}

function hours({ days, start, end, zone }: Window): string {
  return t("requests.window", { days: list(days.map(weekday)), start, end, zone });
}

const week = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

// weekday names a day as the person's language does; the first of January 2023
// was a Sunday.
function weekday(day: string): string {
  return new Intl.DateTimeFormat(locale.value, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2023, 0, 1 + week.indexOf(day)));
}
