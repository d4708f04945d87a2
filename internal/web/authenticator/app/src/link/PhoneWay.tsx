import { useState } from "preact/hooks";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { Explained, t } from "../words";
import { Candidate } from "./candidate";
import { guessName, nameOr } from "./devicename";
import { e164 } from "./identity";
import { NameField } from "./NameField";
import { PhoneCode, type Sent } from "./PhoneCode";
import { ServerField } from "./ServerField";
import { useStage } from "./useStage";

// PhoneWay sends a code to a number and takes it back.
export function PhoneWay() {
  const [sent, setSent] = useState<Sent>();
  const place = useStage<HTMLDivElement>(sent ? "code" : "number");
  return <div ref={place}>{sent ? <PhoneCode sent={sent} onOther={() => setSent(undefined)} /> : <PhoneNumber onSent={setSent} />}</div>;
}

function PhoneNumber({ onSent }: { onSent: (sent: Sent) => void }) {
  const [phone, setPhone] = useState("");
  const [server, setServer] = useState("");
  const [name, setName] = useState(guessName);
  const submit = async () => {
    const number = e164(phone);
    if (number === undefined) throw new Explained(t("link.phone.invalid"));
    const candidate = await Candidate.make(server);
    onSent({ candidate, number, enrollment: await candidate.startPhone(number, nameOr(name)) });
  };
  return (
    <section class="card raised stack">
      <h1>{t("link.phone.title")}</h1>
      <Form word={t("link.phone.send")} busyWord={t("link.phone.sending")} testid="send-code" onSubmit={submit}>
        <Field label={t("link.phone.label")} hint={t("link.phone.hint")} value={phone} onText={setPhone} testid="phone" type="tel" inputMode="tel"
          autocomplete="tel" placeholder="+1 405 342 5699" required />
        <ServerField value={server} onServer={setServer} />
        <NameField value={name} onText={setName} />
      </Form>
    </section>
  );
}
