import { useEffect, useState } from "preact/hooks";
import { place, replace } from "../router";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Form } from "../ui/Form";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { state } from "../vault/vault";
import { t } from "../words";
import { kind, locked, unlock, wipe } from "./lock";
import { ProofForm } from "./ProofForm";

// UnlockScreen stands in the place of every screen while the app is locked. Once
// it is open, the screen at the address is there again.
export function UnlockScreen() {
  const open = !locked.value;
  useEffect(() => { if (open && place.peek().path[0] === "unlock") replace(); }, [open]);
  if (open) return null;
  return (
    <section class="card raised stack unlock" data-testid="unlock">
      <Icon name="lock" />
      <h1>{t("codes.unlock.title")}</h1>
      {state.value === "lost" ? <Note kind="bad" testid="vault-lost">{t("codes.vault.lost.text")}</Note> : <Proof />}
      <Lost />
    </section>
  );
}

function Proof() {
  return (
    <>
      <p class="soft">{t(kind.value === "passkey" ? "codes.unlock.text.passkey" : "codes.unlock.text.pin")}</p>
      <ProofForm word={t("codes.unlock.open")} busyWord={t("codes.unlock.opening")} onProof={unlock} />
    </>
  );
}

// Lost is for whoever forgot the PIN: there is no way in, but one out.
function Lost() {
  const [asked, setAsked] = useState(false);
  return (
    <details class="lost">
      <summary>{t("codes.unlock.lost")}</summary>
      <div class="stack-small">
        <p class="small">{t("codes.unlock.lost.text")}</p>
        <Button kind="danger" size="wide" testid="erase" onClick={() => setAsked(true)}>{t("codes.unlock.lost.erase")}</Button>
      </div>
      {asked && (
        <Dialog title={t("codes.unlock.lost.sure")} onClose={() => setAsked(false)} testid="erase-dialog">
          <p>{t("codes.unlock.lost.text")}</p>
          <Form word={t("codes.unlock.lost.erase")} danger testid="confirm-erase" onSubmit={wipe} />
          <Button kind="plain" size="wide" onClick={() => setAsked(false)}>{t("shell.cancel")}</Button>
        </Dialog>
      )}
    </details>
  );
}
