import { useState } from "preact/hooks";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { t } from "../words";
import type { Found } from "./found";
import { restart, takeSealed } from "./importing";

// ImportPassword opens a file that another app sealed.
export function ImportPassword({ open }: { open: (password: string) => Promise<Found> }) {
  const [password, setPassword] = useState("");
  return (
    <Card raised title={t("codes.import.password.title")} testid="import-sealed">
      <p class="soft">{t("codes.import.password.text")}</p>
      <Form word={t("codes.import.password.open")} busyWord={t("codes.import.password.opening")} testid="open-sealed" onSubmit={() => takeSealed(open, password)}>
        <Field label={t("codes.import.password")} type="password" autocomplete="off" required value={password} onText={setPassword} testid="file-password" />
      </Form>
      <Button kind="plain" size="wide" onClick={restart}>{t("shell.cancel")}</Button>
    </Card>
  );
}
