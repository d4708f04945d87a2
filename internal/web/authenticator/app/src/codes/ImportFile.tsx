import { useId, useState } from "preact/hooks";
import { ErrorNote } from "../ui/ErrorNote";
import { Icon } from "../ui/Icon";
import { t } from "../words";

const kinds = ".json,.2fas,.txt,application/json,text/plain";

// ImportFile opens a file of another app.
export function ImportFile({ onFile }: { onFile: (file: Blob) => Promise<void> }) {
  const id = useId();
  const [error, setError] = useState<unknown>();
  const open = (file: Blob | undefined) => {
    setError(undefined);
    if (file) onFile(file).catch(setError);
  };
  return (
    <div class="picture-file">
      <input class="visually-hidden" id={id} type="file" accept={kinds} data-testid="import-file"
        onChange={(event) => {
          open(event.currentTarget.files?.[0]);
          event.currentTarget.value = ""; // the same file may be opened again
        }} />
      <label class="button quiet wide" for={id}><Icon name="save" />{t("codes.import.file")}</label>
      <ErrorNote error={error} />
    </div>
  );
}
