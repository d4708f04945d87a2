import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../ui/Button";
import { useNow } from "../ui/Countdown";
import { ErrorNote } from "../ui/ErrorNote";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { remaining, t } from "../words";
import { kind, Waiting, WrongPin } from "./lock";
import { pinPattern } from "./pin";
import { tries } from "./tries";

export interface ProofFormProps {
  word: string; // on the button
  busyWord: string;
  onProof: (digits?: string) => Promise<void>; // throws what lock.unlock and lock.prove throw
}

// ProofForm asks for the PIN or the passkey, whichever locks this browser.
export function ProofForm(props: ProofFormProps) {
  return kind.value === "passkey" ? <PasskeyForm {...props} /> : <PinForm {...props} />;
}

function PinForm({ word, busyWord, onProof }: ProofFormProps) {
  const [digits, setDigits] = useState("");
  const [until, setUntil] = useState(0);
  const left = until - useNow(Date);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    void tries().then((found) => setUntil(found.until));
  }, []);
  const submit = async () => {
    try {
      await onProof(digits);
    } catch (error) {
      setDigits("");
      if (error instanceof WrongPin || error instanceof Waiting) setUntil(error.until);
      if (!(error instanceof Waiting)) throw error; // the wait is shown already
    }
  };
  return (
    <div data-testid="pin-form">
      <Form word={word} busyWord={busyWord} testid="confirm-pin" disabled={left > 0} onSubmit={submit}>
        <Field label={t("codes.unlock.pin")} type="password" inputMode="numeric" autocomplete="off" pattern={pinPattern.source} maxLength={12} required inputRef={field}
          class="pin-input" value={digits} onText={setDigits} testid="pin" />
        {left > 0 && <Note kind="wait" testid="pin-wait">{t("codes.pin.wait.left", { time: remaining(left) })}</Note>}
      </Form>
    </div>
  );
}

function PasskeyForm({ busyWord, onProof }: ProofFormProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const ask = async () => {
    setBusy(true);
    setError(undefined);
    await onProof().catch(setError);
    setBusy(false);
  };
  return (
    <div class="stack">
      <ErrorNote error={error} />
      <Button size="wide" busy={busy} testid="use-passkey" onClick={() => void ask()}><Icon name="key" />{busy ? busyWord : t("codes.unlock.passkey")}</Button>
    </div>
  );
}
