// One tab of many holds the streams; the browser's locks decide which.

export class Seat {
  private wish?: AbortController;
  private sitting?: AbortController;

  // work runs while this tab has the seat, and ends soon after its signal does.
  constructor(private readonly name: string, private readonly work: (signal: AbortSignal) => Promise<void>) {}

  get taken(): boolean {
    return this.sitting !== undefined;
  }

  // take asks for the seat, and waits for it behind other tabs.
  take(): void {
    if (!this.wish) this.request((wish) => ({ signal: wish.signal }));
  }

  // usurp takes it from a tab that has it and does not move: the system may have
  // frozen it.
  usurp(): void {
    if (this.taken) return;
    this.leave();
    this.request(() => ({ steal: true }));
  }

  // leave gives up the seat, or the wish for it.
  leave(): void {
    this.wish?.abort();
    this.wish = undefined;
  }

  private request(how: (wish: AbortController) => LockOptions): void {
    const wish = new AbortController();
    this.wish = wish;
    let sat = false;
    const over = () => {
      wish.abort();
      if (this.wish !== wish) return; // it was given up
      this.wish = undefined;
      if (sat) this.take(); // another tab took the seat: wait behind it
    };
    const sit = () => {
      sat = true;
      return this.sit(wish);
    };
    navigator.locks.request(this.name, how(wish), sit).then(over, over);
  }

  private async sit(wish: AbortController): Promise<void> {
    if (wish.signal.aborted) return;
    this.sitting = wish;
    try {
      await this.work(wish.signal);
    } finally {
      if (this.sitting === wish) this.sitting = undefined;
    }
  }
}
