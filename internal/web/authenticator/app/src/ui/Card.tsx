import type { ComponentChildren } from "preact";

// Card is one thing that belongs together.
export function Card({ children, raised, title, testid }: { children: ComponentChildren; raised?: boolean; title?: ComponentChildren; testid?: string }) {
  return (
    <section class={`card stack${raised ? " raised" : ""}`} data-testid={testid}>
      {title !== undefined && <h2>{title}</h2>}
      {children}
    </section>
  );
}
