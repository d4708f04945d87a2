// The pictures of one export, which are scanned one after the other in any order.

import { type Found, together } from "./found";
import type { Batch } from "./migration";

/** Batches holds what was scanned of one export; it never changes, add gives another. */
export class Batches {
  private constructor(private readonly parts: ReadonlyMap<number, Batch>, private readonly first: Batch) {}

  static of(batch: Batch): Batches {
    return new Batches(new Map([[batch.index, batch]]), batch);
  }

  /** add takes a picture of the same export; one of another starts anew. */
  add(batch: Batch): Batches {
    const same = batch.id === this.first.id && batch.size === this.first.size;
    return same ? new Batches(new Map([...this.parts, [batch.index, batch]]), this.first) : Batches.of(batch);
  }

  get size(): number {
    return this.first.size;
  }

  /** missing are the numbers of the pictures that were not scanned yet, from 1. */
  get missing(): number[] {
    return Array.from({ length: this.size }, (_, i) => i).filter((i) => !this.parts.has(i)).map((i) => i + 1);
  }

  get found(): Found {
    const inOrder = [...this.parts.values()].sort((a, b) => a.index - b.index);
    return together(inOrder.map(({ found }) => found));
  }
}
