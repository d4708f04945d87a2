import { useState } from "preact/hooks";
import { replace } from "../router";
import type { Account } from "../state/account";
import { toast } from "../ui/announce";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { Dialog } from "../ui/Dialog";
import { Form } from "../ui/Form";
import { Note } from "../ui/Note";
import { visible } from "../ui/Quote";
import { t, unreachable } from "../words";
import { codesLeft, devices } from "./calls";
import { leaveBy } from "./farewell";
import { useLoad } from "./useLoad";

// Unlink is the way out: it destroys the key, so it asks first.
export function Unlink({ account }: { account: Account }) {
  const [open, setOpen] = useState(false);
  return (
    <div>
      <Button kind="danger" testid="unlink" onClick={() => setOpen(true)}>{t("account.unlink")}</Button>
      {open && <UnlinkDialog account={account} onClose={() => setOpen(false)} />}
    </div>
  );
}

// UnlinkDialog has the person say it twice when no way would lead back. A server
// that is gone for good does not keep an account here.
function UnlinkDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const last = useLoad(async () => (await devices(account)).length === 1 && (await codesLeft(account)) === 0);
  const [sure, setSure] = useState(false);
  const name = visible(account.title.value);
  const [unreached, setUnreached] = useState(false);
  const leave = async (tell: () => Promise<void>) => {
    await leaveBy(account, "here", tell);
    replace();
    toast(t("account.unlink.done", { name }));
  };
  const unlink = () => leave(() => account.unlink()).catch((error: unknown) => {
    setUnreached(unreachable(error));
    throw error;
  });
  return (
    <Dialog title={t("account.unlink.title")} onClose={onClose} testid="unlink-dialog">
      <p>{t("account.unlink.text", { name })}</p>
      <Form word={t("account.unlink.go")} busyWord={t("account.unlink.busy")} danger testid="confirm-unlink" onSubmit={unlink}>
        {last.value && <Note kind="bad">{t("account.unlink.last")}</Note>}
        {last.value && <Choice type="checkbox" checked={sure} onChange={setSure} required testid="unlink-sure">{t("account.unlink.sure")}</Choice>}
      </Form>
      {unreached && <Form word={t("account.unlink.anyway")} danger testid="unlink-anyway" onSubmit={() => leave(async () => {})}><p>{t("account.unlink.unreached")}</p></Form>}
      <Button kind="quiet" size="wide" testid="keep" onClick={onClose}>{t("account.unlink.keep")}</Button>
    </Dialog>
  );
}
