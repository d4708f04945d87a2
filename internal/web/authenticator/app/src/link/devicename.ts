// What the owner calls this device, with a guess to begin with.

import { t } from "../words";

const browsers = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]] as const;
const systems = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "Mac"], ["Linux", "Linux"]] as const;

// longestName is the protocol's bound of a device's name, in characters.
export const longestName = 100;

const found = (list: typeof browsers | typeof systems): string | undefined =>
  list.find(([mark]) => navigator.userAgent.includes(mark))?.[1];

// guessName names the browser and the system under it, as far as they say.
export function guessName(): string {
  const browser = found(browsers) ?? t("link.name.browser");
  const system = found(systems);
  return system ? t("link.name.guess", { browser, system }) : browser;
}

// nameOr gives the name as typed without its edges, or the guess when nothing
// was typed: an unnamed device would look like a stranger in the list.
export function nameOr(typed: string): string {
  const name = [...typed.trim()].slice(0, longestName).join("");
  return name === "" ? guessName() : name;
}
