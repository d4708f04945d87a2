// The server's time. Signatures and codes follow it, however wrong the clock
// of this machine is.

export class Clock {
  constructor(offset = 0) {
    this.offset = offset;
  }

  now() {
    return Date.now() + this.offset;
  }

  // correct takes the server's time and says whether that moved the clock.
  correct(serverTime) {
    if (!Number.isFinite(serverTime)) return false;
    this.offset = serverTime - Date.now();
    return true;
  }
}
