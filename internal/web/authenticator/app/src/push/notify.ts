import { signal } from "@preact/signals";

// Reach is whether notifications can arrive here.
export type Reach = "on" | "off" | "denied" | "absent";

export const reach = signal<Reach>("absent");

// enable asks the person's leave and subscribes at every server; disable ends it.
export async function enable(): Promise<void> {}

export async function disable(): Promise<void> {}
