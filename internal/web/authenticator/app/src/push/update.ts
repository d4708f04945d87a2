// The app's worker, and newer versions of the app: one is fetched in the
// background, waits until the person takes it, and never changes a page under
// their hands.

import { signal } from "@preact/signals";
import { home } from "./place";
import { register } from "./register";

// update is what takes a newer version into use, while one waits.
export const update = signal<(() => void) | undefined>(undefined);

// Message is what a page tells the worker.
export interface Message {
  kind: "take-over";
}

// An open app asks for newer versions when it is looked at, this often at most.
const between = 60 * 60_000;

let waiting: ServiceWorker | null = null;

// installWorker keeps the app for use without a network.
export async function installWorker(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  let controlled = navigator.serviceWorker.controller !== null; // the first worker changes nothing
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (controlled) taken();
    controlled = true;
  });
  const registration = await register(home);
  watch(registration);
  registration.addEventListener("updatefound", () => watch(registration));
  askAgain(registration);
}

// watch notices a worker that waits behind another. The very first one replaces
// nobody.
function watch(registration: ServiceWorkerRegistration): void {
  const offer = () => {
    if (!registration.waiting || !registration.active) return;
    waiting = registration.waiting;
    update.value = take;
  };
  registration.installing?.addEventListener("statechange", offer);
  offer();
}

function askAgain(registration: ServiceWorkerRegistration): void {
  let asked = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || Date.now() - asked < between) return;
    asked = Date.now();
    registration.update().catch(() => undefined);
  });
}

let taking = false;

// take starts the new version here. Other tabs are told that it is there.
function take(): void {
  taking = true;
  if (waiting?.state === "installed") waiting.postMessage({ kind: "take-over" } satisfies Message);
  else location.reload();
}

// taken: another version controls this page now, whose parts are not this one's.
function taken(): void {
  if (taking) location.reload();
  else update.value = take;
}
