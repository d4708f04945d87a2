import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export interface SegmentsProps<T extends string> {
  label: ComponentChildren;
  options: { value: T; word: ComponentChildren; testid?: string }[];
  value: T;
  onChange: (value: T) => void;
}

// Segments choose one of a few: radio buttons that look like one row.
export function Segments<T extends string>({ label, options, value, onChange }: SegmentsProps<T>) {
  const name = useId();
  return (
    <fieldset>
      <legend>{label}</legend>
      <div class="segments">
        {options.map((one) => (
          <label key={one.value} class="segment">
            <input type="radio" name={name} value={one.value} checked={one.value === value} data-testid={one.testid} onChange={() => onChange(one.value)} />
            <span>{one.word}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
