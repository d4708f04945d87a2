import { Button } from "../ui/Button";
import { Note } from "../ui/Note";
import { t } from "../words";

// Deleted stays until the person undoes it or leaves: nobody has to be quick.
export function Deleted({ name, onUndo }: { name: string; onUndo: () => void }) {
  return (
    <div role="status">
      <Note testid="deleted"><div class="row spread"><span>{t("codes.deleted", { name })}</span><Button kind="quiet" size="small" testid="undo-delete" onClick={onUndo}>{t("codes.undo")}</Button></div></Note>
    </div>
  );
}
