import { useState } from "preact/hooks";
import { Button } from "../ui/Button";
import { Facts } from "../ui/Facts";
import { Form } from "../ui/Form";
import { Note } from "../ui/Note";
import { Quote } from "../ui/Quote";
import { t } from "../words";
import { guessName, nameOr } from "./devicename";
import { Foreign } from "./Foreign";
import { type Invitation, pretty } from "./invitation";
import { NameField } from "./NameField";
import { ServerField } from "./ServerField";
import { host, own, reachable } from "./servers";
import { attempt, restart } from "./step";

// Confirm shows where an invitation leads before anything is linked: a QR code
// may come from anybody.
export function Confirm({ invitation }: { invitation: Invitation }) {
  const named = invitation.server === undefined ? undefined : own(invitation.server);
  const [server, setServer] = useState(named ?? "");
  const [name, setName] = useState(guessName);
  if (named !== undefined && !reachable(named)) return <Foreign server={named} code={invitation.code} />;
  const code = invitation.code === undefined ? t("link.confirm.token.value") : <Quote text={pretty(invitation.code)} class="mono" />;
  return (
    <section class="card raised stack">
      <h1>{t("link.confirm.title")}</h1>
      {named !== undefined && <p class="server-name" data-testid="server"><Quote text={host(named)} /></p>}
      <Note kind="wait">{t("link.confirm.warn")}</Note>
      <Facts of={[[t(invitation.code === undefined ? "link.confirm.token" : "link.confirm.code"), code]]} />
      <Form word={t("link.code.go")} busyWord={t("link.busy")} testid="link" onSubmit={() => attempt(server, invitation, nameOr(name))}>
        {named === undefined && <ServerField value={server} onServer={setServer} />}
        <NameField value={name} onText={setName} />
      </Form>
      <Button kind="quiet" size="wide" testid="cancel-link" onClick={restart}>{t("link.confirm.cancel")}</Button>
    </section>
  );
}
