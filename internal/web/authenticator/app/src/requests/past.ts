// What was loaded of the accounts' past.

import { computed, signal } from "@preact/signals";
import type { Account } from "../state/account";
import { behind, type Chapter, entries } from "./timeline";

export class Past {
  readonly loading = signal(true);
  readonly error = signal<unknown>(undefined);
  private readonly chapters = signal<Chapter[]>([]);
  readonly entries = computed(() => entries(this.chapters.value));
  readonly more = computed(() => behind(this.chapters.value).length > 0);
  private accounts: Account[] = [];

  // open loads the first page of each account that has none yet.
  async open(accounts: Account[]): Promise<void> {
    this.accounts = accounts;
    this.chapters.value = this.chapters.peek().filter(({ account }) => accounts.some(({ id }) => id === account));
    await this.load(accounts.filter(({ id }) => !this.chapters.peek().some(({ account }) => account === id)));
  }

  // older loads what lies behind.
  async older(): Promise<void> {
    const next = behind(this.chapters.peek());
    await this.load(this.accounts.filter(({ id }) => next.includes(id)));
  }

  private async load(some: Account[]): Promise<void> {
    this.loading.value = true;
    this.error.value = undefined;
    const results = await Promise.allSettled(some.map((account) => this.page(account)));
    this.error.value = results.find((result) => result.status === "rejected")?.reason;
    this.loading.value = false;
  }

  // page appends the page that follows what is there.
  private async page(account: Account): Promise<void> {
    const before = this.chapters.peek().find((chapter) => chapter.account === account.id);
    const { challenges, next = "" } = await account.api.history(before?.next);
    const kept = this.chapters.peek().filter((chapter) => chapter.account !== account.id);
    this.chapters.value = [...kept, { account: account.id, challenges: [...(before?.challenges ?? []), ...challenges], next }];
  }
}
