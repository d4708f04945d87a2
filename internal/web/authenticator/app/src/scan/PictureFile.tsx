import { useEffect, useId, useRef, useState } from "preact/hooks";
import { ErrorNote } from "../ui/ErrorNote";
import { Icon } from "../ui/Icon";
import { Explained, t } from "../words";
import { decodePicture } from "./decode";

// Photos of phones have some ten megabytes; a file beyond is not opened.
const maxBytes = 40 * 2 ** 20;

// PictureFile reads a code off a picture that was opened or pasted.
export function PictureFile({ onText }: { onText: (text: string) => void }) {
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const open = async (file: Blob | undefined) => {
    if (!file) return;
    setBusy(true);
    setError(undefined);
    await textIn(file).then(onText).catch(setError);
    setBusy(false);
  };
  usePasted((file) => void open(file));
  return (
    <div class="picture-file" aria-busy={busy}>
      <input class="visually-hidden" id={id} type="file" accept="image/*" data-testid="scan-file" aria-describedby={`${id}-hint`} disabled={busy}
        onChange={(event) => {
          void open(event.currentTarget.files?.[0]);
          event.currentTarget.value = ""; // the same picture may be opened again
        }} />
      <label class="button quiet wide" for={id}><Icon name="picture" />{t("codes.scan.file")}</label>
      <span class="hint center" id={`${id}-hint`}>{t("codes.scan.file.hint")}</span>
      <ErrorNote error={error} />
    </div>
  );
}

async function textIn(file: Blob): Promise<string> {
  if (file.size > maxBytes) throw new Explained(t("codes.scan.file.bad"));
  const text = await decodePicture(file).catch((error: unknown) => {
    throw error instanceof DOMException ? new Explained(t("codes.scan.file.bad")) : error;
  });
  if (!text) throw new Explained(t("codes.scan.file.none"));
  return text;
}

// usePasted hears of pictures that are pasted anywhere on the screen.
function usePasted(open: (file: Blob) => void): void {
  const now = useRef(open);
  now.current = open;
  useEffect(() => {
    const pasted = (event: ClipboardEvent) => {
      const picture = [...(event.clipboardData?.files ?? [])].find((file) => file.type.startsWith("image/"));
      if (picture) {
        event.preventDefault();
        now.current(picture);
      }
    };
    document.addEventListener("paste", pasted);
    return () => document.removeEventListener("paste", pasted);
  }, []);
}
