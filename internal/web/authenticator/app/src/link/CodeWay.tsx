import { useState } from "preact/hooks";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { t } from "../words";
import { guessName, nameOr } from "./devicename";
import { pretty, readInvitation } from "./invitation";
import { NameField } from "./NameField";
import { ServerField } from "./ServerField";
import { attempt, invited } from "./step";
import { understood } from "./trouble";

// CodeWay takes a code by hand. An address that is pasted is confirmed first,
// because it names a server.
export function CodeWay() {
  const [code, setCode] = useState("");
  const [server, setServer] = useState("");
  const [name, setName] = useState(guessName);
  const submit = async () => {
    const invitation = understood(readInvitation(code));
    if (invitation.server !== undefined || invitation.token !== undefined) return invited(invitation);
    await attempt(server, invitation, nameOr(name));
  };
  return (
    <section class="card raised stack">
      <h1>{t("link.code.title")}</h1>
      <Form word={t("link.code.go")} busyWord={t("link.busy")} testid="link" onSubmit={submit}>
        <Field label={t("link.code.label")} hint={t("link.code.hint")} value={code} onText={setCode} onBlur={() => setCode(pretty(code))} testid="code"
          class="code-input" autocomplete="one-time-code" autocapitalize="characters" spellcheck={false} placeholder="ABCD-EFGH" required />
        <ServerField value={server} onServer={setServer} />
        <NameField value={name} onText={setName} />
      </Form>
    </section>
  );
}
