import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button } from "./Button";
import { ErrorNote } from "./ErrorNote";

export interface FormProps {
  children?: ComponentChildren;
  word: ComponentChildren; // on the button
  busyWord?: ComponentChildren; // while it works
  danger?: boolean;
  disabled?: boolean;
  testid?: string;
  onSubmit: () => Promise<unknown> | undefined | void;
}

// Form sends what is in it. It says what it is doing and what went wrong, and
// cannot be sent twice at once.
export function Form({ children, word, busyWord, danger, disabled, testid, onSubmit }: FormProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    setError(undefined);
    try {
      await onSubmit();
    } catch (caught) {
      setError(caught);
      form.querySelector("input")?.focus();
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="stack" onSubmit={(event) => void submit(event)}>
      {children}
      <ErrorNote error={error} />
      <Button submit size="wide" kind={danger ? "danger" : "primary"} busy={busy} disabled={disabled} testid={testid}>{busy ? (busyWord ?? word) : word}</Button>
    </form>
  );
}
