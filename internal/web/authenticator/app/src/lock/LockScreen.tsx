import { useEffect, useState } from "preact/hooks";
import { to } from "../router";
import { Back } from "../ui/Back";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { t } from "../words";
import { Behaviour } from "./Behaviour";
import { kind } from "./lock";
import { possible } from "./passkey";
import { PasskeyPart } from "./PasskeyPart";
import { PinPart } from "./PinPart";

// LockScreen sets up, changes and removes the lock.
export function LockScreen() {
  const passkeys = usePasskeys();
  return (
    <div class="stack-large">
      <div class="stack-small">
        <Back to={to("settings")} />
        <h1>{t("codes.lock.title")}</h1>
        <p class="soft">{t("codes.lock.lead")}</p>
      </div>
      <Standing />
      {kind.value !== "none" && <Behaviour />}
      {kind.value !== "passkey" && <PinPart />}
      {kind.value !== "pin" && <PasskeyPart possible={passkeys} />}
      <p class="small soft">{t("codes.lock.loss")}</p>
    </div>
  );
}

function Standing() {
  if (kind.value === "none") return <Note kind="wait" testid="no-lock">{t("codes.lock.none")}</Note>;
  return <Note kind="good" testid={kind.value === "pin" ? "pin-is-set" : "passkey-is-set"}><span class="row"><Icon name="lock" />{t(`codes.lock.is.${kind.value}`)}</span></Note>;
}

// usePasskeys tells whether this device can make passkeys: undefined until it is known.
function usePasskeys(): boolean | undefined {
  const [known, setKnown] = useState<boolean>();
  useEffect(() => { void possible().then(setKnown); }, []);
  return known;
}
