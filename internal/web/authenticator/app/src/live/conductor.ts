// Follows all accounts, in one tab for all tabs of this browser: whoever holds
// the streams tells the others what arrives.

import { effect } from "@preact/signals";
import type { Account } from "../state/account";
import { accounts, load, remove } from "../state/accounts";
import { notifications } from "../state/settings";
import type { Challenge } from "../wire/types";
import { follow, type State } from "./follow";
import { Seat } from "./seat";

const name = "twinseal-live";

// News is what arrived for one account.
type News = { account: string } & ({ kind: "list"; challenges: Challenge[] } | { kind: "state"; state: State });

// Word is what tabs tell each other: "ask" has the one in the seat say "here" and
// all it has; "accounts" says that the store has others than before.
type Word = News | { kind: "ask" | "here" | "accounts" };

// A page that nobody looks at gives its connections back: soon when pushes would
// wake the person anyway, late when only its title can.
const awayWithPush = 5 * 60_000;
const awayWithout = 60 * 60_000;

// The tab in the seat answers at once, unless it is frozen.
const silence = 4_000;

// Browsers open six connections to a server without HTTP/2, and the page needs
// some for what the person does.
const heldPerServer = 3;

type Timer = ReturnType<typeof setTimeout> | undefined;

export class Conductor {
  private readonly channel = new BroadcastChannel(name);
  private readonly seat = new Seat(name, (signal) => this.hold(signal));
  private away: Timer;
  private unanswered: Timer;

  // start follows until the page goes away.
  start(): void {
    this.channel.onmessage = ({ data }: MessageEvent<Word>) => void this.hear(data);
    document.addEventListener("visibilitychange", () => this.look());
    for (const event of ["pageshow", "resume"]) addEventListener(event, () => this.look(), true);
    for (const event of ["pagehide", "freeze"]) addEventListener(event, () => this.pause(), true);
    this.greetAccounts();
    this.seat.take();
    this.look();
  }

  // look begins again when somebody looks at the page, and ends after a while
  // when nobody does.
  private look(): void {
    clearTimeout(this.away);
    if (document.hidden) {
      this.away = setTimeout(() => this.pause(), notifications.peek() ? awayWithPush : awayWithout);
      return;
    }
    this.seat.take();
    if (this.seat.taken) return;
    this.say({ kind: "ask" });
    clearTimeout(this.unanswered);
    this.unanswered = setTimeout(() => this.seat.usurp(), silence);
  }

  private pause(): void {
    clearTimeout(this.away);
    clearTimeout(this.unanswered);
    this.seat.leave();
    for (const account of accounts.peek()) account.live.value = "";
  }

  // hold follows every account, those that are linked meanwhile included.
  private async hold(over: AbortSignal): Promise<void> {
    clearTimeout(this.unanswered);
    const running = new Map<string, { server: string; stop: AbortController }>();
    const end = effect(() => {
      const now = new Map(accounts.value.map((account) => [account.id, account]));
      for (const [id, { stop }] of running) if (!now.has(id) && running.delete(id)) stop.abort();
      for (const account of now.values()) {
        if (running.has(account.id)) continue;
        const others = [...running.values()].filter(({ server }) => server === account.server).length;
        const stop = new AbortController();
        running.set(account.id, { server: account.server, stop });
        void this.followOne(account, stop.signal, others >= heldPerServer);
      }
    });
    await new Promise<void>((resolve) => {
      if (over.aborted) resolve();
      over.addEventListener("abort", () => resolve());
    });
    end();
    for (const { stop } of running.values()) stop.abort();
  }

  private async followOne(account: Account, signal: AbortSignal, sparing: boolean): Promise<void> {
    const onList = (challenges: Challenge[]) => this.both({ kind: "list", account: account.id, challenges });
    const onState = (state: State) => this.both({ kind: "state", account: account.id, state });
    try {
      await follow(account.api, { signal, onList, onState, sparing });
    } catch {
      await remove(account.id); // its server disowned it
    }
  }

  private both(word: Word): void {
    void this.hear(word);
    this.say(word);
  }

  private say(word: Word): void {
    this.channel.postMessage(word);
  }

  private async hear(word: Word): Promise<void> {
    switch (word.kind) {
      case "ask":
        if (this.seat.taken) this.sayAll();
        return;
      case "here":
        clearTimeout(this.unanswered);
        return;
      case "accounts":
        await load();
        return;
      case "list":
      case "state":
        await this.take(word);
    }
  }

  private async take(word: News): Promise<void> {
    const named = () => accounts.peek().find(({ id }) => id === word.account);
    if (!named()) await load();
    const account = named();
    if (!account) return;
    if (word.kind === "list") account.take(word.challenges);
    else account.live.value = word.state;
  }

  private sayAll(): void {
    this.say({ kind: "here" });
    for (const { id: account, pending, live, loaded } of accounts.peek()) {
      if (loaded.peek()) this.say({ kind: "list", account, challenges: pending.peek() });
      this.say({ kind: "state", account, state: live.peek() });
    }
  }

  // greetAccounts asks each account once, in every tab, whom it belongs to, and
  // has the other tabs read the store again after this one linked or unlinked one.
  private greetAccounts(): void {
    let known = new Set<Account>();
    effect(() => {
      const now = new Set(accounts.value);
      const fresh = [...now].filter((account) => !known.has(account));
      for (const account of fresh) account.refresh().catch(() => undefined);
      if (fresh.length > 0 || now.size < known.size) this.say({ kind: "accounts" });
      known = now;
    });
  }
}
