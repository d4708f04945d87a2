// The service worker: it keeps the app for use without a network, and is woken
// by pushes. It holds no secret of its own; what it signs requests with are the
// keys of the accounts, which it can use and not read.

import { isHome, home } from "../push/place";
import { read } from "../push/payload";
import { scope } from "./env";
import type { Link } from "./notice";
import { renewSubscription } from "./renew";
import { answer, forget, keep, renew } from "./shell";
import { wake } from "./wake";

// The registrations beside the app's receive pushes and nothing else.
const main = isHome(scope.registration.scope);

scope.addEventListener("install", (event) => {
  if (main) event.waitUntil(keep());
  else void scope.skipWaiting();
});

scope.addEventListener("activate", (event) => {
  if (main) event.waitUntil(Promise.all([forget(), scope.clients.claim()]));
});

scope.addEventListener("fetch", (event) => {
  const found = main ? answer(event.request) : undefined;
  if (!found) return;
  event.respondWith(found);
  if (event.request.mode === "navigate") event.waitUntil(renew());
});

scope.addEventListener("message", (event) => {
  const { kind } = (event.data ?? {}) as { kind?: unknown };
  if (kind === "take-over") event.waitUntil(scope.skipWaiting());
});

scope.addEventListener("push", (event) => event.waitUntil(wake(read(event.data?.text() ?? ""))));

scope.addEventListener("pushsubscriptionchange", (event) => (event as ExtendableEvent).waitUntil(renewSubscription()));

scope.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open((event.notification.data as Link | null)?.hash ?? "#/"));
});

// open leads an open window to the screen, or opens one there.
async function open(hash: string): Promise<void> {
  const windows = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  const app = windows.find(({ url }) => new URL(url).pathname === home);
  if (!app) {
    await scope.clients.openWindow(home + hash);
    return;
  }
  app.postMessage({ kind: "open", hash });
  await app.focus().catch(() => undefined);
}
