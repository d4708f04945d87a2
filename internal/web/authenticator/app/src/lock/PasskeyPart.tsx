import { useState } from "preact/hooks";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { ErrorNote } from "../ui/ErrorNote";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { toast } from "../ui/announce";
import { t } from "../words";
import { kind, setPasskey } from "./lock";
import { RemoveLock } from "./PinPart";
import { require } from "./require";

// PasskeyPart locks by a passkey where the device can make one.
export function PasskeyPart({ possible }: { possible: boolean | undefined }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const isSet = kind.value === "passkey";
  const make = async () => {
    setBusy(true);
    setError(undefined);
    try {
      if (isSet && !(await require(t("codes.lock.purpose.change")))) return;
      await setPasskey();
      toast(t("codes.lock.passkey.done"));
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card raised title={t("codes.lock.passkey.title")} testid="passkey-part">
      <p class="soft">{t("codes.lock.passkey.text")}</p>
      <ErrorNote error={error} />
      {possible === false && !isSet && <Note testid="no-passkeys">{t("codes.lock.passkey.absent")}</Note>}
      <div class="row">
        {(possible || isSet) && (
          <Button kind="quiet" busy={busy} testid="set-passkey" onClick={() => void make()}>
            <Icon name="key" />{t(busy ? "codes.lock.passkey.setting" : isSet ? "codes.lock.passkey.again" : "codes.lock.passkey.set")}
          </Button>
        )}
        {isSet && <RemoveLock word={t("codes.lock.passkey.remove")} testid="remove-passkey" onError={setError} />}
      </div>
    </Card>
  );
}
