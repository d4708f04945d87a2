import { useRef } from "preact/hooks";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { t } from "../words";
import { prove, WrongPin } from "./lock";
import { ProofForm } from "./ProofForm";
import { type Asking, asking, Unproved } from "./require";

// AskDialog is where require asks; the app has it once.
export function AskDialog() {
  const open = asking.value;
  return open ? <Ask asking={open} key={open.purpose} /> : null;
}

// Three wrong PINs end what was to be proved; each of them has counted.
const triesAtOnce = 3;

function Ask({ asking: { purpose, settle } }: { asking: Asking }) {
  const wrong = useRef(0);
  const proved = async (digits?: string) => {
    try {
      settle(await prove(digits));
    } catch (error) {
      if (error instanceof WrongPin && (++wrong.current >= triesAtOnce || error.left <= 0)) settle(new Unproved());
      else throw error;
    }
  };
  return (
    <Dialog title={purpose} testid="ask-lock" onClose={() => settle(undefined)}>
      <ProofForm word={t("codes.unlock.confirm")} busyWord={t("codes.unlock.confirming")} onProof={proved} />
      <Button kind="plain" size="wide" testid="cancel-pin" onClick={() => settle(undefined)}>{t("shell.cancel")}</Button>
    </Dialog>
  );
}
