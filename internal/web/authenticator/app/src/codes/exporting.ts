// From codes to the pictures that other apps scan.

import { fitsMigration, readMigration, roomOfPicture, writeMigration } from "./migration";
import { writeAddress } from "./otpauth";
import type { Seed } from "./seed";

/** Sheet is one picture: its text, and the codes in it. */
export interface Sheet {
  readonly text: string;
  readonly seeds: readonly Seed[];
}

// Names that would burst a picture are cut to this: even in the widest letters,
// said three times, that leaves room for the longest secret.
const shortName = 12;

/** sheets puts what fits into Google's format, many to a picture, and the rest into a picture each. */
export function sheets(seeds: readonly Seed[]): Sheet[] {
  const id = crypto.getRandomValues(new Int32Array(1))[0] ?? 0;
  const together = writeMigration(seeds.filter(fitsMigration).map((seed) => fitting(seed, (one) => writeMigration([one], id)[0] ?? "")), id);
  const alone = seeds.filter((seed) => !fitsMigration(seed)).map((seed) => fitting(seed, writeAddress));
  return [
    ...together.map((text) => ({ text, seeds: readMigration(text).found.seeds })),
    ...alone.map((seed) => ({ text: writeAddress(seed), seeds: [seed] })),
  ];
}

function fitting(seed: Seed, write: (seed: Seed) => string): Seed {
  if (write(seed).length <= roomOfPicture) return seed;
  return { ...seed, issuer: cut(seed.issuer), label: cut(seed.label) };
}

const cut = (name: string): string => [...name].slice(0, shortName).join("").trim();
