// The words of the page in the person's language. Components that read them
// are drawn again when the language changes.

import { computed, effect, signal } from "@preact/signals";
import { language as chosen } from "../state/settings";
import type { Message, Plural } from "./catalogue";
import { en } from "./en";

type English = typeof en;

// Catalogue is what every language has to say: a missing or a surplus word does
// not compile.
export type Catalogue = {
  [A in keyof English]: { [K in keyof English[A]]: English[A][K] extends string ? string : Plural };
};

// Key names a sentence: "requests.empty".
export type Key = { [A in keyof English]: `${A}.${Extract<keyof English[A], string>}` }[keyof English];

export type Language = "en" | "es" | "pt" | "de" | "fr" | "it";

// languages by their own names, in the order of the settings.
export const languages: Record<Language, string> = {
  en: "English", es: "Español", pt: "Português", de: "Deutsch", fr: "Français", it: "Italiano",
};

const loaders: Record<Exclude<Language, "en">, () => Promise<Catalogue>> = {
  es: async () => (await import("./es")).es,
  pt: async () => (await import("./pt")).pt,
  de: async () => (await import("./de")).de,
  fr: async () => (await import("./fr")).fr,
  it: async () => (await import("./it")).it,
};

const known = (tag: string): tag is Language => Object.hasOwn(languages, tag);

// preferred is the first language of the browser that we speak.
export function preferred(): Language {
  for (const tag of navigator.languages) {
    const base = tag.toLowerCase().split("-")[0] ?? "";
    if (known(base)) return base;
  }
  return "en";
}

export const language = computed<Language>(() => (known(chosen.value) ? chosen.value : preferred()));

// locale is for dates and numbers: the browser's own variant of the language
// where it has one.
export const locale = computed(() => navigator.languages.find((tag) => tag.toLowerCase().split("-")[0] === language.value) ?? language.value);

const catalogue = signal<Catalogue>(en);

// spoken loads the language in use. It is English when its part cannot be had.
export async function spoken(): Promise<void> {
  const wanted = language.peek();
  const found = wanted === "en" ? en : await loaders[wanted]().catch(() => en);
  if (language.peek() !== wanted) return;
  catalogue.value = found;
  document.documentElement.lang = found === en ? "en" : wanted;
  const skip = document.querySelector(".skip"); // the server's, which knows no language
  if (skip) skip.textContent = t("shell.skip");
}

// followLanguage loads again whenever the person chooses another one.
export function followLanguage(): void {
  effect(() => {
    language.value;
    void spoken();
  });
}

export type Values = Record<string, string | number>;

// t gives a sentence with its {values} filled in. A plural is chosen by n.
export function t(key: Key, values: Values = {}): string {
  return fill(sentence(key, values), values);
}

// sentence is the wording before its values are filled in.
export function sentence(key: Key, values: Values = {}): string {
  const dot = key.indexOf(".");
  const area = catalogue.value[key.slice(0, dot) as keyof Catalogue] as Record<string, Message>;
  const message = area[key.slice(dot + 1)];
  if (message === undefined) return key;
  if (typeof message === "string") return message;
  const category = new Intl.PluralRules(language.value).select(Number(values.n ?? 0));
  return message[category] ?? message.other;
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? new Intl.NumberFormat(locale.value).format(value) : value;
  });
}

export * from "./formats";
export * from "./explain";
