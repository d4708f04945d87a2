import { useState } from "preact/hooks";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { t } from "../words";
import { takeTyped } from "./importing";

const first = { issuer: "", label: "", secret: "", algorithm: "SHA1", digits: "6", period: "30" };

// TypedCode takes a secret that a service shows in letters.
export function TypedCode() {
  const [typed, setTyped] = useState(first);
  const into = (name: keyof typeof first) => (text: string) => setTyped((before) => ({ ...before, [name]: text }));
  const add = () => takeTyped({ ...typed, digits: Number(typed.digits), period: Number(typed.period) });
  return (
    <Form word={t("codes.import.typed.add")} busyWord={t("codes.import.typed.adding")} testid="add-typed" onSubmit={add}>
      <Field label={t("codes.edit.issuer")} value={typed.issuer} onText={into("issuer")} autocomplete="off" required testid="typed-issuer" />
      <Field label={t("codes.edit.label")} value={typed.label} onText={into("label")} autocomplete="off" testid="typed-label" />
      <Field label={t("codes.import.typed.secret")} hint={t("codes.import.typed.secret.hint")} value={typed.secret} onText={into("secret")} autocomplete="off" autocapitalize="characters"
        spellcheck={false} required class="mono" testid="typed-secret" />
      <details>
        <summary>{t("codes.import.typed.more")}</summary>
        <div class="stack-small">
          <AlgorithmChoice value={typed.algorithm} onChange={into("algorithm")} />
          <Field label={t("codes.import.typed.digits")} inputMode="numeric" value={typed.digits} onText={into("digits")} testid="typed-digits" />
          <Field label={t("codes.import.typed.period")} inputMode="numeric" value={typed.period} onText={into("period")} testid="typed-period" />
        </div>
      </details>
    </Form>
  );
}

const algorithms = ["SHA1", "SHA256", "SHA512"];

function AlgorithmChoice({ value, onChange }: { value: string; onChange: (algorithm: string) => void }) {
  return (
    <label>
      {t("codes.import.typed.algorithm")}
      <select value={value} data-testid="typed-algorithm" onChange={(event) => onChange(event.currentTarget.value)}>
        {algorithms.map((algorithm) => <option key={algorithm} value={algorithm}>{algorithm}</option>)}
      </select>
    </label>
  );
}
