import { useEffect, useRef, useState } from "preact/hooks";
import { sandbox } from "../frame/page";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { Quote } from "../ui/Quote";
import { t } from "../words";
import { Sentence } from "../words/Sentence";
import type { Named } from "../wire/types";
import type { Candidate } from "./candidate";
import { DirectoryForm, toChoose } from "./DirectoryForm";
import { linked } from "./step";
import { useStage } from "./useStage";

// Sent is a code on its way to a phone.
export interface Sent {
  candidate: Candidate;
  number: string;
  enrollment: string;
}

// PhoneCode takes the code that was sent.
export function PhoneCode({ sent: { candidate, number, enrollment }, onOther }: { sent: Sent; onOther: () => void }) {
  const [code, setCode] = useState("");
  const [directories, setDirectories] = useState<Named[]>([]);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const confirm = async (directory?: string) => {
    try {
      linked(await candidate.finishPhone(enrollment, code.replace(/\s/g, ""), directory));
    } catch (error) {
      if (directory !== undefined || toChoose(error).length === 0) throw error;
      setDirectories(toChoose(error));
    }
  };
  const place = useStage<HTMLElement>(directories.length > 0 ? "directory" : "code");
  if (directories.length > 0) return <section class="card raised stack" ref={place}><h1>{t("link.directory.title")}</h1><DirectoryForm directories={directories} onChoose={confirm} /></section>;
  return (
    <section class="card raised stack" ref={place}>
      <h1>{t("link.phone.code")}</h1>
      <p role="status"><Sentence of="link.phone.sent" with={{ number: <strong><Quote text={number} /></strong> }} /> <Inbox /></p>
      <Form word={t("link.code.go")} busyWord={t("link.busy")} testid="confirm-code" onSubmit={() => confirm()}>
        <Field label={t("link.phone.code")} hint={t("link.phone.code.hint")} value={code} onText={setCode} testid="sent-code" class="code-input"
          inputMode="numeric" autocomplete="one-time-code" maxLength={12} inputRef={input} required />
      </Form>
      <Button kind="plain" size="small" testid="other-number" onClick={onOther}>{t("link.phone.other")}</Button>
    </section>
  );
}

// Inbox leads to where a sandbox keeps what it would have sent.
function Inbox() {
  if (!sandbox) return null;
  return <>{t("link.phone.inbox")} <a href="/sandbox" target="_blank" rel="noopener" data-testid="open-sandbox">{t("link.phone.inbox.open")}</a></>;
}
