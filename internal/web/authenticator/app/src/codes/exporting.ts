// From codes to the pictures that other apps scan.

import { readMigration, fitsMigration, writeMigration } from "./migration";
import { writeAddress } from "./otpauth";
import type { Seed } from "./seed";

/** Sheet is one picture: its text, and the codes in it. */
export interface Sheet {
  readonly text: string;
  readonly seeds: readonly Seed[];
}

/** sheets puts what fits into Google's format, many to a picture, and the rest into a picture each. */
export function sheets(seeds: readonly Seed[]): Sheet[] {
  const id = crypto.getRandomValues(new Int32Array(1))[0] ?? 0;
  const together = writeMigration(seeds.filter(fitsMigration), id).map((text) => ({ text, seeds: readMigration(text).found.seeds }));
  const alone = seeds.filter((seed) => !fitsMigration(seed)).map((seed) => ({ text: writeAddress(seed), seeds: [seed] }));
  return [...together, ...alone];
}
