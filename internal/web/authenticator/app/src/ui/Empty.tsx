import type { ComponentChildren } from "preact";

export interface EmptyProps {
  title: ComponentChildren;
  children?: ComponentChildren;
  picture?: ComponentChildren;
  alone?: boolean; // it is the whole screen, so that its title is the screen's
  testid?: string;
}

// Empty says that there is nothing, why that is fine, and what could be done.
export function Empty({ title, children, picture, alone, testid }: EmptyProps) {
  return (
    <div class="empty" data-testid={testid}>
      {picture ?? <Rings />}
      {alone ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
    </div>
  );
}

// Rings are our sign, in outline.
export function Rings() {
  return <svg viewBox="0 0 32 32" class="rings" aria-hidden="true"><circle cx="11.5" cy="16" r="8.8" /><circle cx="20.5" cy="16" r="8.8" /></svg>;
}
