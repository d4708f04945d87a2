// What the page does for the worker: it remembers what the person was told,
// takes away notifications of what they see here, and counts at the app's icon.

import { effect } from "@preact/signals";
import { accounts, waiting } from "../state/accounts";
import { language, t } from "../words";
import { keepWords, spoken, type Words } from "./preferences";
import { badge, change } from "./told";

// keepTold runs as long as the page.
export function keepTold(): void {
  effect(() => badge(waiting.value));
  effect(() => {
    for (const { pending, loaded } of accounts.value) [pending.value, loaded.value];
    void mark();
  });
  document.addEventListener("visibilitychange", () => void mark());
  navigator.serviceWorker?.addEventListener("message", ({ data }: MessageEvent<unknown>) => hear(data));
  effect(() => {
    language.value;
    void keepWords(Object.fromEntries(spoken.map((key) => [key, t(`push.${key}`, { n: "{n}" })])) as Words).catch(() => undefined);
  });
}

// mark notes what is on the screen as told. On a page that nobody looks at,
// only what is over leaves the list.
async function mark(): Promise<void> {
  const seen = !document.hidden;
  const lists = accounts.peek().filter(({ loaded }) => loaded.peek()).map(({ id, pending }) => ({ id, ids: pending.peek().map((one) => one.id) }));
  if (lists.length === 0) return;
  await change((told) => {
    const next = { ...told };
    for (const { id, ids } of lists) next[id] = seen ? ids : (told[id] ?? []).filter((one) => ids.includes(one));
    return next;
  }).catch(() => undefined);
  await clear(new Map(lists.map(({ id, ids }) => [id, seen ? [] : ids])));
}

// clear takes away the notifications of requests that are not to be kept, and,
// when somebody looks at the page, all that speak of requests.
async function clear(keep: Map<string, string[]>): Promise<void> {
  const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  for (const registration of registrations) {
    for (const notice of await registration.getNotifications()) {
      const { account, challenge } = (notice.data ?? {}) as { account?: string; challenge?: string };
      const kept = account === undefined ? undefined : keep.get(account);
      const over = challenge ? kept !== undefined && !kept.includes(challenge) : !document.hidden;
      if (over) notice.close();
    }
  }
}

// hear follows the worker: to the request whose notification was pressed, or to
// clear away what it has just shown.
function hear(data: unknown): void {
  if (typeof data !== "object" || data === null) return;
  const { kind, hash } = data as { kind?: unknown; hash?: unknown };
  if (kind === "open" && typeof hash === "string" && hash.startsWith("#/")) location.hash = hash;
  if (kind === "told") void mark();
}
