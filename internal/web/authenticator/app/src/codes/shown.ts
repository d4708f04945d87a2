// The codes that the screen shows: those of the vault, and those that accounts
// still keep themselves since the first version of this app.

import { computed } from "@preact/signals";
import { importSeed } from "../../../../protocol/modules/totp.js";
import { accounts } from "../state/accounts";
import { type Entry, entries } from "../vault/vault";
import { t } from "../words";
import { titled } from "./found";

/** Maker makes codes; its key cannot be read. */
export interface Maker {
  readonly key: CryptoKey;
  readonly digits: number;
  readonly period: number;
}

/** Shown is one code of the screen. Without an entry it cannot be edited. */
export interface Shown {
  readonly id: string;
  readonly issuer: string;
  readonly label: string;
  readonly digits: number;
  readonly period: number;
  readonly linked: boolean;
  readonly entry?: Entry;
  readonly maker: () => Promise<Maker>;
}

/** nameOf is how a code is called in sentences. */
export const nameOf = ({ issuer, label }: { issuer: string; label: string }): string => titled(issuer, label) || t("codes.nameless");

// makers are made once for each entry, and go with it.
const makers = new WeakMap<Entry, Promise<Maker>>();

function makerOf(entry: Entry): Promise<Maker> {
  const made = makers.get(entry) ?? importSeed(entry);
  makers.set(entry, made);
  return made;
}

const fromEntry = (entry: Entry): Shown => {
  const { id, issuer, label, digits, period } = entry;
  return { id, issuer, label, digits, period, linked: entry.account !== undefined, entry, maker: () => makerOf(entry) };
};

type OldSeed = Maker & { readonly issuer: string; readonly label: string };

/** shown is everything, in the person's order; what cannot be moved comes first. */
export const shown = computed<readonly Shown[]>(() => {
  const old = accounts.value.filter(({ seed }) => seed !== undefined).map((account): Shown => {
    const seed = account.seed as OldSeed;
    return { id: account.id, issuer: seed.issuer, label: seed.label, digits: seed.digits, period: seed.period, linked: true, maker: async () => seed };
  });
  return [...old, ...entries.value.map(fromEntry)];
});

/** clock is the time that codes follow: a server's where an account is linked, since it corrects a clock that is off. */
export const clock = { now: (): number => accounts.peek()[0]?.clock.now() ?? Date.now() };
