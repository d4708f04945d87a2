// A policy in plain words, the same that a terminal shows.

const confirm = {
  inherence: "confirm with your fingerprint or face",
  knowledge: "confirm with a code that you know",
  possession: "confirm with something that you have near you, or with your location",
};

// explain gives one line for each demand, none for a policy that demands
// nothing.
export function explain(policy) {
  const lines = requirement(policy);
  for (const group of policy.places ?? []) lines.push(`be inside ${fences(group)}`);
  for (const one of policy.conditionals ?? []) {
    const where = fences(one.fences);
    lines.push(...requirement(one.inside).map((line) => `inside ${where}: ${line}`));
    lines.push(...requirement(one.outside).map((line) => `outside of ${where}: ${line}`));
  }
  for (const group of policy.times ?? []) lines.push(`answer ${group.map(hours).join(" or ")}`);
  if (policy.deny_rooted) lines.push("use a device that is not rooted or jailbroken");
  if (policy.deny_emulator) lines.push("use a real device, not an emulated one");
  if (policy.deny_synced) lines.push("use a passkey, if you use one, that stays on its device");
  if (policy.match) lines.push(`${policy.match} the number that is shown where you started this`);
  return lines;
}

function requirement({ methods = "0", factors = [] }) {
  const count = Number(methods);
  const lines = count === 0 ? [] : [count === 1 ? "confirm with 1 method" : `confirm with ${count} different methods`];
  return [...lines, ...factors.map((factor) => confirm[factor])];
}

const fences = (group) => group.map(fence).join(" or ");

function fence(one) {
  const place = one.kind === "circle"
    ? `${one.radius} m around ${one.latitude}, ${one.longitude}`
    : [one.area ?? one.country, one.postal_code].filter(Boolean).join(" ");
  return one.name ? `${one.name} (${place})` : place;
}

function hours(one) {
  const days = one.days.map((day) => day.charAt(0).toUpperCase() + day.slice(1)).join(", ");
  return `${days} from ${one.start} to ${one.end} (${one.zone})`;
}
