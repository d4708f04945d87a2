// rest waits, and no longer when the network comes back, the page is looked at or
// nobody waits any more.
export function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = new AbortController();
    const done = () => {
      clearTimeout(timer);
      over.abort();
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    addEventListener("online", done, { signal: over.signal });
    document.addEventListener("visibilitychange", () => document.hidden || done(), { signal: over.signal });
    signal.addEventListener("abort", done, { signal: over.signal });
    if (signal.aborted) done();
  });
}
