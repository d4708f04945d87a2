// What the worker runs in.

export const scope = globalThis as unknown as ServiceWorkerGlobalScope;

declare global {
  // The build writes in which files the app has, and the server puts before the
  // worker the version of all it serves.
  const FILES: readonly string[];
  const VERSION: string;
}
