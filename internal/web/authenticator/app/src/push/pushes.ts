// Whether pushes arrive, and the switch for them.

import { computed, effect, signal } from "@preact/signals";
import { accounts, onRemoved, ready } from "../state/accounts";
import { online } from "../state/online";
import { notifications, set } from "../state/settings";
import { change } from "./told";
import { forget, settle } from "./settle";

// Standing is how it stands with pushes in this browser:
// absent: it has none; install: it has them once the app is installed; denied:
// the person forbade them; off; busy; on; none: no server sends any; failed.
export type Standing = "absent" | "install" | "denied" | "off" | "busy" | "on" | "none" | "failed";

const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

// Only Safari on phones and tablets says whether it runs as an app, and gives
// pushes to those alone that do.
const installable = "standalone" in navigator && !navigator.standalone;

const permission = signal<NotificationPermission>(able ? Notification.permission : "default");
const busy = signal(false);

// absentAt are the servers that send no pushes, to which people have to go and
// look: "" is this page's own. Until they were asked it is undefined.
export const absentAt = signal<string[] | undefined>(undefined);

// failure is why the last attempt to switch failed.
export const failure = signal<unknown>(undefined);

const none = computed(() => accounts.value.length > 0 && accounts.value.every(({ server }) => absentAt.value?.includes(server)));

export const standing = computed<Standing>(() => {
  if (!able) return installable ? "install" : "absent";
  if (none.value) return "none";
  if (permission.value === "denied") return "denied";
  if (!notifications.value || permission.value !== "granted") return "off";
  if (busy.value) return "busy";
  return failure.value === undefined ? "on" : "failed";
});

// switchOn asks the person for leave, which browsers want a press of a button for.
export async function switchOn(): Promise<void> {
  permission.value = await Notification.requestPermission();
  if (permission.value === "granted") await set("notifications", true);
}

export const switchOff = (): Promise<void> => set("notifications", false);

// keepSubscribed holds the subscriptions to what is wanted: at each start, when
// accounts come and go, and when the network is back.
export function keepSubscribed(): void {
  if (!able) return;
  onRemoved(async (account) => {
    await forget(account);
    await change(({ [account.id]: _, ...others }) => others);
  });
  document.addEventListener("visibilitychange", () => { permission.value = Notification.permission; });
  const wanted = computed(() => notifications.value && permission.value === "granted");
  const whose = computed(() => accounts.value.map(({ id }) => id).sort().join());
  effect(() => {
    whose.value;
    if (ready.value && online.value) void bring(wanted.value);
  });
}

let turn = 0;

async function bring(wanted: boolean): Promise<void> {
  const mine = ++turn;
  busy.value = true;
  let problem: unknown;
  try {
    absentAt.value = await settle(accounts.peek(), wanted);
  } catch (error) {
    problem = error;
  }
  if (mine !== turn) return;
  failure.value = problem;
  busy.value = false;
}
