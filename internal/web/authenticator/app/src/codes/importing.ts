// An import on its way: from a text that was scanned, opened or typed, over what
// else is needed, to what became of it.

import { signal } from "@preact/signals";
import { put } from "../vault/vault";
import { Explained, t } from "../words";
import { Batches } from "./batches";
import { type Found, maxAccounts, type Refused, Unreadable } from "./found";
import { maxFile, read } from "./reading";
import { type Raw, Refusal, type Seed, seedFrom } from "./seed";

/** Outcome is what became of an import. */
export interface Outcome {
  readonly added: readonly Seed[];
  readonly known: readonly Seed[];
  readonly refused: readonly Refused[];
}

export type Step =
  | { readonly is: "start" }
  | { readonly is: "batches"; readonly batches: Batches }
  | { readonly is: "sealed"; readonly open: (password: string) => Promise<Found> }
  | { readonly is: "done"; readonly outcome: Outcome };

export const step = signal<Step>({ is: "start" });

export function restart(): void {
  step.value = { is: "start" };
}

/** take goes on with a text. It throws in words when it is nothing that can be imported. */
export async function take(text: string): Promise<void> {
  const reading = explained(() => read(text));
  if (reading.kind === "sealed") step.value = { is: "sealed", open: reading.open };
  else if (reading.kind === "found") await finish(reading.found);
  else {
    const now = step.peek();
    const batches = now.is === "batches" ? now.batches.add(reading.batch) : Batches.of(reading.batch);
    if (batches.missing.length === 0) await finish(batches.found);
    else step.value = { is: "batches", batches };
  }
}

/** takeFile reads a file that was opened. */
export async function takeFile(file: Blob): Promise<void> {
  if (file.size > maxFile) throw new Explained(t("codes.unfit.large"));
  await take(await file.text());
}

/** takeSealed opens a file with a password by it. */
export async function takeSealed(open: (password: string) => Promise<Found>, password: string): Promise<void> {
  const found = await open(password).catch(explain);
  await finish(found);
}

/** takeTyped adds what was typed in. */
export async function takeTyped(raw: Raw): Promise<void> {
  await finish({ seeds: [explained(() => seedFrom(raw))], refused: [] });
}

/** finish keeps what was found and says what became of it. */
export async function finish(found: Found): Promise<void> {
  const { seeds, refused } = found;
  if (seeds.length > maxAccounts) throw new Explained(t("codes.unfit.many"));
  const { added, known } = seeds.length > 0 ? await put(seeds) : { added: [], known: [] };
  step.value = { is: "done", outcome: { added, known, refused } };
}

function explained<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): never {
  if (error instanceof Unreadable) throw new Explained(t(`codes.unfit.${error.why}`));
  if (error instanceof Refusal) throw new Explained(t(`codes.fault.${error.fault}`));
  throw error;
}
