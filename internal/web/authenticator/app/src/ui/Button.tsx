import type { ComponentChildren, Ref } from "preact";

export interface ButtonProps {
  children: ComponentChildren;
  kind?: "primary" | "quiet" | "danger" | "plain";
  size?: "small" | "wide";
  submit?: boolean;
  busy?: boolean; // a busy button keeps the focus and does nothing
  disabled?: boolean;
  onClick?: (event: MouseEvent) => void;
  testid?: string;
  label?: string; // for a button that shows only a picture
  describedBy?: string;
  pressed?: boolean;
  buttonRef?: Ref<HTMLButtonElement>;
}

// Button is something that happens here. What leads elsewhere is a link.
export function Button({ children, kind = "primary", size, submit, busy, disabled, onClick, testid, label, describedBy, pressed, buttonRef }: ButtonProps) {
  const names = [kind === "primary" ? "" : kind, size ?? ""].filter(Boolean).join(" ");
  return (
    <button type={submit ? "submit" : "button"} class={names || undefined} ref={buttonRef} disabled={disabled}
      aria-busy={busy ? "true" : undefined} aria-label={label} aria-describedby={describedBy} aria-pressed={pressed} data-testid={testid}
      onClick={(event) => { if (busy) event.preventDefault(); else onClick?.(event); }}>
      {children}
    </button>
  );
}
