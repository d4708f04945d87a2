// What the owner calls this device, with a guess to begin with.

import { field } from "./form.js";

export function nameField() {
  return field({ id: "device-name", label: "Name of this device", value: ownName(), hint: "You will see it in the list of your devices.", maxlength: 100, autocomplete: "off" });
}

const browsers = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
const systems = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "Mac"], ["Linux", "Linux"]];

function ownName() {
  const found = (list) => list.find(([mark]) => navigator.userAgent.includes(mark))?.[1];
  return [found(browsers) ?? "Browser", found(systems)].filter(Boolean).join(" on ");
}
