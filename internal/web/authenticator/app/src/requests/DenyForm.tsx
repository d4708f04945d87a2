import { useState } from "preact/hooks";
import type { Decision } from "../state/account";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { Quote } from "../ui/Quote";
import { type Key, t } from "../words";
import type { DenialReason } from "../wire/types";

export interface DenyFormProps {
  offered: DenialReason[] | undefined;
  notMe: boolean; // begin with "this was not me"
  onDeny: (decision: Decision) => Promise<void>;
  onBack: () => void;
}

// DenyForm asks why: among the reasons that the question offers, or among our
// own, with words of the person's.
export function DenyForm({ offered, notMe, onDeny, onBack }: DenyFormProps) {
  return (
    <Dialog title={t("requests.deny.title")} onClose={onBack} testid="deny-form">
      {offered ? <Offered {...{ offered, notMe, onDeny }} /> : <Own {...{ notMe, onDeny }} />}
      <Button kind="plain" size="wide" testid="cancel-deny" onClick={onBack}>{t("requests.deny.back")}</Button>
    </Dialog>
  );
}

function Offered({ offered, notMe, onDeny }: { offered: DenialReason[] } & Pick<DenyFormProps, "notMe" | "onDeny">) {
  const [chosen, choose] = useState((notMe && offered.find(({ fraud }) => fraud)?.id) || "");
  const fraud = offered.find(({ id }) => id === chosen)?.fraud === true;
  return (
    <Form word={t("requests.deny.go")} busyWord={t("requests.deny.busy")} danger testid="confirm-deny" onSubmit={() => onDeny({ approve: false, reasonID: chosen, fraud })}>
      <fieldset class="stack-small" data-testid="offered-reasons">
        <legend class="visually-hidden">{t("requests.deny.title")}</legend>
        {offered.map(({ id, text, fraud: reported }) => (
          <Choice key={id} name="reason" value={id} required checked={id === chosen} onChange={() => choose(id)} testid={`offered-${id}`}>
            <Quote text={text} />{reported && <span class="soft small"> ({t("requests.deny.reported")})</span>}
          </Choice>
        ))}
      </fieldset>
    </Form>
  );
}

// What the application reads does not depend on the person's language.
const reasons: { name: string; word: Key; said: string; fraud: boolean }[] = [
  { name: "mind", word: "requests.deny.mind", said: "changed my mind", fraud: false },
  { name: "wrong", word: "requests.deny.wrong", said: "the details are wrong", fraud: false },
  { name: "not-me", word: "requests.deny.not_me", said: "not started by me", fraud: true },
];

const longest = 200;

function Own({ notMe, onDeny }: Pick<DenyFormProps, "notMe" | "onDeny">) {
  const [chosen, choose] = useState(notMe ? "not-me" : "");
  const [fraud, report] = useState(notMe);
  const [words, setWords] = useState("");
  const said = words.trim() || (reasons.find(({ name }) => name === chosen)?.said ?? "");
  return (
    <Form word={t("requests.deny.go")} busyWord={t("requests.deny.busy")} danger testid="confirm-deny" onSubmit={() => onDeny({ approve: false, reason: said, fraud })}>
      <fieldset class="stack-small">
        <legend class="soft small">{t("requests.deny.optional")}</legend>
        {reasons.map((one) => (
          <Choice key={one.name} name="reason" value={one.name} checked={one.name === chosen} testid={`reason-${one.name}`}
            hint={one.fraud ? t("requests.deny.not_me.hint") : undefined} onChange={() => { choose(one.name); report(one.fraud); }}>
            {t(one.word)}
          </Choice>
        ))}
      </fieldset>
      <Field label={t("requests.deny.words")} hint={t("requests.deny.words.hint")} name="reason-text" testid="reason-text" maxLength={longest} autocomplete="off" value={words} onText={setWords} />
      <Choice type="checkbox" name="fraud" checked={fraud} onChange={report} testid="fraud">{t("requests.deny.fraud")}</Choice>
    </Form>
  );
}
