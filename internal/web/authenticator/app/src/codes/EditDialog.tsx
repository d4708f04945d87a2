import { useState } from "preact/hooks";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { Icon } from "../ui/Icon";
import { change, type Entry } from "../vault/vault";
import { t } from "../words";
import { cleanName } from "./seed";

export interface EditDialogProps {
  entry: Entry;
  onClose: () => void;
  onDelete: (entry: Entry) => void;
}

// EditDialog changes what a code is called, or takes it away.
export function EditDialog({ entry, onClose, onDelete }: EditDialogProps) {
  const [issuer, setIssuer] = useState(entry.issuer);
  const [label, setLabel] = useState(entry.label);
  const save = async () => {
    const names = { issuer: cleanName(issuer), label: cleanName(label) };
    await change((list) => list.map((one) => (one.id === entry.id ? { ...one, ...names } : one)));
    onClose();
  };
  return (
    <Dialog title={t("codes.edit.title")} testid="edit-code" onClose={onClose}>
      <Form word={t("codes.edit.save")} testid="save-code" onSubmit={save}>
        <Field label={t("codes.edit.issuer")} value={issuer} onText={setIssuer} autocomplete="off" testid="edit-issuer" />
        <Field label={t("codes.edit.label")} value={label} onText={setLabel} autocomplete="off" hint={t("codes.edit.hint")} testid="edit-label" />
      </Form>
      {entry.account === undefined
        ? <Button kind="danger" size="wide" testid="delete-code" onClick={() => onDelete(entry)}><Icon name="trash" />{t("codes.delete")}</Button>
        : <p class="small soft">{t("codes.delete.linked")}</p>}
      <Button kind="plain" size="wide" onClick={onClose}>{t("shell.cancel")}</Button>
    </Dialog>
  );
}
