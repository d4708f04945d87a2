import { useState } from "preact/hooks";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { Explained, t } from "../words";
import type { Named } from "../wire/types";
import { Candidate, refused } from "./candidate";
import { guessName, nameOr } from "./devicename";
import { DirectoryForm, toChoose } from "./DirectoryForm";
import { identity } from "./identity";
import { NameField } from "./NameField";
import { ServerField } from "./ServerField";
import { linked } from "./step";
import { useStage } from "./useStage";

// RecoveryWay links by a code that was kept for the day when all devices are
// lost.
export function RecoveryWay() {
  const [user, setUser] = useState("");
  const [code, setCode] = useState("");
  const [server, setServer] = useState("");
  const [name, setName] = useState(guessName);
  const [directories, setDirectories] = useState<Named[]>([]);
  const recover = async (directory?: string) => {
    if (identity(user) === "") throw new Explained(t("link.recovery.user.missing"));
    const candidate = await Candidate.make(server);
    const who = { user: identity(user), code: code.trim(), ...(directory !== undefined && { directory }) };
    try {
      linked(await candidate.recover(who, nameOr(name)));
    } catch (error) {
      if (refused(error)) throw new Explained(t("link.recovery.refused"));
      if (directory !== undefined || toChoose(error).length === 0) throw error;
      setDirectories(toChoose(error));
    }
  };
  const place = useStage<HTMLElement>(directories.length > 0 ? "directory" : "code");
  if (directories.length > 0) return <section class="card raised stack" ref={place}><h1>{t("link.directory.title")}</h1><DirectoryForm directories={directories} onChoose={recover} /></section>;
  return (
    <section class="card raised stack" ref={place}>
      <h1>{t("link.recovery.title")}</h1>
      <p>{t("link.recovery.lead")} {t("link.recovery.told")}</p>
      <Form word={t("link.code.go")} busyWord={t("link.busy")} testid="recover" onSubmit={() => recover()}>
        <Field label={t("link.recovery.user")} hint={t("link.recovery.user.hint")} value={user} onText={setUser} testid="recovery-user"
          autocomplete="username" autocapitalize="none" spellcheck={false} required />
        <Field label={t("link.recovery.code")} value={code} onText={setCode} testid="recovery-code" class="code-input" inputMode="numeric" autocomplete="off" spellcheck={false} placeholder="0000-0000-0000" required />
        <ServerField value={server} onServer={setServer} />
        <NameField value={name} onText={setName} />
      </Form>
    </section>
  );
}
