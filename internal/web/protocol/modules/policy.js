// What a request demands beyond a yes, judged as package policy of the server
// judges it. A test holds the two together.

import { contains } from "./place.js";

const factors = ["inherence", "knowledge", "possession"];
export const methods = ["wearables", "geofencing", "locations", "pin_code", "circle_code", "face", "fingerprint", "passkey"];

const factorOf = {
  wearables: "possession", geofencing: "possession", locations: "possession", passkey: "possession",
  pin_code: "knowledge", circle_code: "knowledge", face: "inherence", fingerprint: "inherence",
};

const text = (value) => typeof value === "string";
const number = (value) => text(value) && /^-?\d+(\.\d+)?$/.test(value);
const clock = (value) => text(value) && /^([01]\d|2[0-3]):[0-5]\d$/.test(value);
const yes = (value) => value === true;
const listOf = (good) => (value) => Array.isArray(value) && value.length > 0 && value.every(good);
const days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const circle = shape({ kind: (kind) => kind === "circle", latitude: number, longitude: number, radius: number }, { name: text });
const territory = shape({ kind: (kind) => kind === "territory", country: text }, { area: text, name: text, postal_code: text });
const fence = (value) => circle(value) || territory(value);
const hours = shape({ days: listOf((day) => days.includes(day)), start: clock, end: clock, zone: text }, { name: text });
const demand = { methods: (value) => text(value) && /^[0-7]$/.test(value), factors: listOf((factor) => factors.includes(factor)) };
const requirement = shape({}, demand);
const conditional = shape({ fences: listOf(fence), inside: requirement, outside: requirement });

// understood says whether a policy holds nothing but what this page can judge.
export const understood = shape({}, {
  ...demand, places: listOf(listOf(fence)), times: listOf(listOf(hours)), conditionals: listOf(conditional), deny_rooted: yes, deny_emulator: yes, deny_synced: yes,
  match: (way) => way === "pick" || way === "type",
});

// shape checks an object's members: all of the wanted, some of the allowed,
// and no other.
export function shape(wanted, allowed = {}) {
  return (value) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
    return (
      Object.entries(wanted).every(([name, good]) => Object.hasOwn(value, name) && good(value[name])) &&
      Object.keys(value).every((name) => Object.hasOwn(wanted, name) || (Object.hasOwn(allowed, name) && allowed[name](value[name])))
    );
  };
}

/**
 * @param {object | undefined} policy
 * @returns {boolean}
 */
export const needsLocation = (policy) => policy?.places !== undefined || policy?.conditionals !== undefined;

// judge weighs the facts { methods, configured, location, locationAllowed,
// rooted, emulator, time, passkey } and gives { evidence, failure }; failure is
// "" for none. Passkey is { verified, synced } where one answers instead of a
// device.
export function judge(policy, facts) {
  const evidence = { methods: inOrder(facts.methods), rooted: facts.rooted === true, emulator: facts.emulator === true };
  const verdict = (failure) => ({ evidence, failure });
  const wrongDevice = (policy.deny_rooted && evidence.rooted) || (policy.deny_emulator && evidence.emulator) || (policy.deny_synced && facts.passkey?.synced === true);
  if (!openAt(policy, facts.time) || wrongDevice) return verdict("policy");
  if (needsLocation(policy) && !facts.location) return verdict(facts.locationAllowed ? "sensor" : "permission");
  if (policy.places) evidence.places = policy.places.map((group) => side(group, facts.location));
  if (policy.conditionals) evidence.conditionals = policy.conditionals.map((one) => side(one.fences, facts.location));
  if (evidence.places?.includes("outside")) return verdict("policy");
  const asked = required(policy, evidence.conditionals);
  const configured = inOrder([...facts.methods, ...facts.configured]);
  if (!asked.every((one) => satisfied(one, configured, facts.passkey))) return verdict("configuration");
  return verdict(asked.every((one) => satisfied(one, evidence.methods, facts.passkey)) ? "" : "authentication");
}

const side = (fences, location) => (fences.some((one) => contains(one, location)) ? "inside" : "outside");

// required lists the demands for methods on these sides of the conditionals.
export function required(policy, sides = []) {
  return [policy, ...(policy.conditionals ?? []).map((one, i) => (sides[i] === "inside" ? one.inside : one.outside))];
}

// satisfied says whether methods, without repetition, and a passkey if one
// answers, meet a requirement. A passkey is possession; that it verified the
// person is one method more, of which nobody says whether it is knowledge or
// inherence.
export function satisfied(requirement, passed, passkey) {
  const kinds = passed.map((method) => factorOf[method]);
  if (passkey) kinds.push("possession");
  const count = passed.length + (passkey?.verified ? 1 : 0);
  return count >= Number(requirement.methods ?? 0) && (requirement.factors ?? []).every((factor) => kinds.includes(factor));
}

// wantsMethods says whether any side of the policy asks for a method at all.
/**
 * @param {object} policy
 * @returns {boolean}
 */
export function wantsMethods(policy) {
  const all = [policy, ...(policy.conditionals ?? []).flatMap((one) => [one.inside, one.outside])];
  return !all.every((one) => satisfied(one, []));
}

const inOrder = (passed) => methods.filter((method) => passed.includes(method));

// openAt says whether the moment, in milliseconds, is in the policy's times.
function openAt(policy, time) {
  return (policy.times ?? []).every((group) => group.some((one) => open(one, time)));
}

function open(one, time) {
  let here;
  try {
    here = Object.fromEntries(new Intl.DateTimeFormat("en-US", {
      timeZone: one.zone, weekday: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    }).formatToParts(time).map(({ type, value }) => [type, value]));
  } catch {
    return false; // a zone that this browser does not know
  }
  const now = `${here.hour}:${here.minute}`;
  const today = days.indexOf(here.weekday.toLowerCase());
  const on = (day) => one.days.includes(days[(day + 7) % 7]);
  if (one.start <= one.end) return on(today) && one.start <= now && now <= one.end;
  return (on(today) && now >= one.start) || (on(today - 1) && now <= one.end);
}
