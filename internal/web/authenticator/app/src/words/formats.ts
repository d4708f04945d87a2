// Dates, durations and numbers as the person writes them.

import { locale } from ".";

const date = (options: Intl.DateTimeFormatOptions) => (moment: string | number) =>
  new Intl.DateTimeFormat(locale.value, options).format(new Date(moment));

export const when = date({ dateStyle: "medium", timeStyle: "short" });

export const day = date({ dateStyle: "full" });

export const timeOfDay = date({ timeStyle: "short" });

const units: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];

// ago says how long before now a moment was: "2 minutes ago".
export function ago(moment: string | number, now: number): string {
  const seconds = Math.max(0, Math.round((now - new Date(moment).getTime()) / 1000));
  const [unit, size] = units.find(([, length]) => seconds >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale.value, { numeric: "auto" }).format(-Math.floor(seconds / size), unit);
}

// remaining writes milliseconds as 9:32, 2 hr 5 min or 3 days.
export function remaining(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  if (seconds >= 172_800) return measure(Math.floor(seconds / 86_400), "day", "long");
  if (seconds >= 3600) return `${measure(Math.floor(seconds / 3600), "hour")} ${measure(Math.floor((seconds % 3600) / 60), "minute")}`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function measure(value: number, unit: string, unitDisplay: "short" | "long" = "short"): string {
  return new Intl.NumberFormat(locale.value, { style: "unit", unit, unitDisplay }).format(value);
}

// list joins names: "a, b and c".
export const list = (names: string[]): string => new Intl.ListFormat(locale.value).format(names);
