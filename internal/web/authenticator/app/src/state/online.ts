// Whether the browser has a network, by its own word.

import { signal } from "@preact/signals";

export const online = signal(navigator.onLine);

addEventListener("online", () => { online.value = true; });
addEventListener("offline", () => { online.value = false; });
