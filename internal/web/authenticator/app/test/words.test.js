// Every language says what English says: no sentence is empty, and each has the
// same places for what is filled in.

import assert from "node:assert/strict";
import test from "node:test";
import { de } from "../src/words/de/index.ts";
import { en } from "../src/words/en/index.ts";
import { es } from "../src/words/es/index.ts";
import { fr } from "../src/words/fr/index.ts";
import { it } from "../src/words/it/index.ts";
import { pt } from "../src/words/pt/index.ts";

const forms = (message) => (typeof message === "string" ? [message] : Object.values(message));

const places = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

// A form of a plural may leave the number out, as in "one more".
function fits(key, english, message) {
  const wanted = new Set(forms(english).flatMap(places));
  for (const text of forms(message)) {
    assert.ok(text.trim(), `${key} says nothing`);
    for (const place of places(text)) assert.ok(wanted.has(place), `${key}: nothing is filled into ${place}`);
    for (const place of wanted) {
      assert.ok(place === "{n}" || text.includes(place), `${key} leaves ${place} out`);
    }
  }
}

for (const [tag, words] of Object.entries({ en, es, pt, de, fr, it })) {
  test(`${tag} has a place for everything that is filled in`, () => {
    for (const [area, sentences] of Object.entries(en)) {
      for (const [key, english] of Object.entries(sentences)) fits(`${tag} ${area}.${key}`, english, words[area][key]);
    }
  });
  test(`${tag} has a form for every number`, () => {
    const wanted = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.filter((one) => one !== "many"); // millions
    for (const [area, sentences] of Object.entries(words)) {
      for (const [key, message] of Object.entries(sentences)) {
        if (typeof message !== "string") for (const form of wanted) assert.ok(message[form], `${tag} ${area}.${key} has no form ${form}`);
      }
    }
  });
}
