import { useState } from "preact/hooks";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { ErrorNote } from "../ui/ErrorNote";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { toast } from "../ui/announce";
import { Explained, t } from "../words";
import { clear, kind, setPin } from "./lock";
import { pinPattern } from "./pin";
import { require } from "./require";

// PinPart sets a PIN up, or changes and removes the one that is set.
export function PinPart() {
  const [changing, setChanging] = useState(false);
  const [error, setError] = useState<unknown>();
  const isSet = kind.value === "pin";
  const change = async () => {
    setError(undefined);
    try {
      if (await require(t("codes.lock.purpose.change"))) setChanging(true);
    } catch (caught) {
      setError(caught);
    }
  };
  return (
    <Card raised title={t("codes.lock.pin.title")} testid="pin-part">
      <p class="soft">{t("codes.lock.pin.text")}</p>
      <ErrorNote error={error} />
      {!isSet || changing ? <NewPin onSet={() => setChanging(false)} /> : (
        <div class="row">
          <Button kind="quiet" testid="change-pin" onClick={() => void change()}>{t("codes.lock.pin.change")}</Button>
          <RemoveLock word={t("codes.lock.pin.remove")} testid="remove-pin" onError={setError} />
        </div>
      )}
    </Card>
  );
}

function NewPin({ onSet }: { onSet: () => void }) {
  const [digits, setDigits] = useState("");
  const [again, setAgain] = useState("");
  const field = { type: "password", inputMode: "numeric", autocomplete: "off", pattern: pinPattern.source, maxLength: 12, required: true, class: "pin-input" } as const;
  const set = async () => {
    if (digits !== again) throw new Explained(t("codes.lock.pin.differ"));
    await setPin(digits);
    toast(t("codes.lock.pin.done"));
    onSet();
  };
  return (
    <Form word={t("codes.lock.pin.set")} busyWord={t("codes.lock.pin.setting")} testid="set-pin" onSubmit={set}>
      <Field {...field} label={t("codes.lock.pin.new")} value={digits} onText={setDigits} testid="new-pin" />
      <Field {...field} label={t("codes.lock.pin.again")} value={again} onText={setAgain} testid="new-pin-again" />
    </Form>
  );
}

// RemoveLock takes the lock away from whoever can prove to be its owner.
export function RemoveLock({ word, testid, onError }: { word: string; testid: string; onError: (error: unknown) => void }) {
  const remove = async () => {
    onError(undefined);
    try {
      if (!(await require(t("codes.lock.purpose.remove")))) return;
      await clear();
      toast(t("codes.lock.removed"));
    } catch (error) {
      onError(error);
    }
  };
  return <Button kind="danger" testid={testid} onClick={() => void remove()}>{word}</Button>;
}
