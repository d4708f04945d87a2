import type { ComponentChildren, InputHTMLAttributes, Ref } from "preact";
import { useId } from "preact/hooks";

export interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "label" | "id" | "ref" | "type" | "role"> {
  type?: "text" | "tel" | "email" | "password" | "search" | "url";
  label: ComponentChildren;
  hint?: ComponentChildren;
  error?: string; // what is wrong with what was typed
  onText?: (text: string) => void;
  testid?: string;
  inputRef?: Ref<HTMLInputElement>;
}

// Field is a labelled line of text.
export function Field({ label, hint, error, onText, testid, inputRef, type = "text", ...input }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div>
      <label for={id}>{label}</label>
      <input {...({ ...input, type } as object)} id={id} ref={inputRef} data-testid={testid} aria-invalid={error ? "true" : undefined}
        aria-describedby={described || undefined} onInput={(event) => onText?.(event.currentTarget.value)} />
      {hint && <span class="hint" id={`${id}-hint`}>{hint}</span>}
      {error && <span class="field-error" id={`${id}-error`}>{error}</span>}
    </div>
  );
}
