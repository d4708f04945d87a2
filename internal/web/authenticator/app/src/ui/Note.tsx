import type { ComponentChildren } from "preact";

// Note is a sentence apart. Kind bad is announced at once when it appears.
export function Note({ children, kind, testid }: { children: ComponentChildren; kind?: "bad" | "wait" | "good"; testid?: string }) {
  return <div class={`note ${kind ?? ""}`} role={kind === "bad" ? "alert" : undefined} data-testid={testid}>{children}</div>;
}
