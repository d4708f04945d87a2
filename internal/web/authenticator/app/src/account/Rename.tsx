import { useState } from "preact/hooks";
import { longestName, nameOr } from "../link/devicename";
import type { Account } from "../state/account";
import { toast } from "../ui/announce";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { Icon } from "../ui/Icon";
import { t } from "../words";
import { renameDevice } from "./calls";

// Rename changes how the person's other devices and the server call this one.
export function Rename({ account }: { account: Account }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button kind="quiet" size="small" testid="rename" onClick={() => setOpen(true)}><Icon name="edit" />{t("account.rename")}</Button>
      {open && <RenameDialog account={account} onClose={() => setOpen(false)} />}
    </>
  );
}

function RenameDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const [name, setName] = useState(account.info.peek().device.name);
  const save = async () => {
    const chosen = nameOr(name);
    await renameDevice(account, chosen);
    toast(t("account.rename.done", { name: chosen }));
    onClose();
  };
  return (
    <Dialog title={t("account.rename.title")} onClose={onClose} testid="rename-dialog">
      <Form word={t("account.rename.save")} testid="save-name" onSubmit={save}>
        <Field label={t("account.rename.label")} value={name} onText={setName} maxLength={longestName} autocomplete="off" testid="new-name" autofocus required />
      </Form>
      <Button kind="quiet" size="wide" onClick={onClose}>{t("account.cancel")}</Button>
    </Dialog>
  );
}
