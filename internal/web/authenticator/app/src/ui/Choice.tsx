import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export interface ChoiceProps {
  children: ComponentChildren;
  checked: boolean;
  onChange: (checked: boolean) => void;
  type?: "radio" | "checkbox" | "switch";
  name?: string;
  value?: string;
  hint?: ComponentChildren;
  disabled?: boolean;
  required?: boolean;
  testid?: string;
}

const kinds = {
  radio: { type: "radio" },
  checkbox: { type: "checkbox" },
  switch: { type: "checkbox", role: "switch" },
} as const;

// Choice is a radio button, a checkbox or a switch with its words.
export function Choice({ children, checked, onChange, type = "radio", name, value, hint, disabled, required, testid }: ChoiceProps) {
  const id = useId();
  return (
    <label class="check">
      <input {...kinds[type]} name={name} value={value} checked={checked} disabled={disabled}
         required={required} data-testid={testid} aria-describedby={hint ? id : undefined} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{children}{hint && <span class="hint" id={id}>{hint}</span>}</span>
    </label>
  );
}
