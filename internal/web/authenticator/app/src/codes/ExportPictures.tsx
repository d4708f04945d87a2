import { useEffect, useState } from "preact/hooks";
import { QRCode } from "../account/QRCode";
import { Button } from "../ui/Button";
import { Note } from "../ui/Note";
import { Quote } from "../ui/Quote";
import { list, t } from "../words";
import type { Sheet } from "./exporting";
import { nameOf } from "./shown";

// ExportPictures shows one picture after the other. They go when nobody looks.
export function ExportPictures({ sheets, onDone }: { sheets: readonly Sheet[]; onDone: () => void }) {
  const [at, setAt] = useState(0);
  useEffect(() => {
    const hidden = () => { if (document.hidden) onDone(); };
    document.addEventListener("visibilitychange", hidden);
    return () => document.removeEventListener("visibilitychange", hidden);
  }, []);
  const sheet = sheets[at];
  const place = { n: at + 1, of: sheets.length };
  const last = at + 1 >= sheets.length;
  return (
    <section class="stack" data-testid="export-pictures">
      <h1>{t("codes.export.picture", place)}</h1>
      <Note kind="wait">{t("codes.export.care")}</Note>
      {sheet && (
        <>
          <div class="export-picture"><QRCode text={sheet.text} label={t("codes.export.picture.alt", place)} /></div>
          <p class="small soft"><Quote text={t("codes.export.holds", { names: list(sheet.seeds.map(nameOf)) })} /></p>
        </>
      )}
      <div class="row">
        {at > 0 && <Button kind="quiet" testid="export-before" onClick={() => setAt(at - 1)}>{t("codes.export.before")}</Button>}
        {last ? <Button testid="export-done" onClick={onDone}>{t("codes.export.done")}</Button> : <Button testid="export-next" onClick={() => setAt(at + 1)}>{t("codes.export.next")}</Button>}
      </div>
    </section>
  );
}
