import { useState } from "preact/hooks";
import { kind, require } from "../lock/lock";
import { to } from "../router";
import { Back } from "../ui/Back";
import { Card } from "../ui/Card";
import { Choice } from "../ui/Choice";
import { Form } from "../ui/Form";
import { Note } from "../ui/Note";
import { Quote } from "../ui/Quote";
import { entries } from "../vault/vault";
import { t } from "../words";
import { ExportPictures } from "./ExportPictures";
import { type Sheet, sheets } from "./exporting";
import { nameOf } from "./shown";

// ExportScreen shows codes as pictures that other apps scan.
export function ExportScreen() {
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [shown, setShown] = useState<readonly Sheet[]>();
  const own = entries.value.filter(({ account }) => account === undefined);
  const chosen = own.filter(({ id }) => !left.has(id));
  const show = async () => {
    if (kind.peek() === "none" || (await require(t("codes.export.purpose")))) setShown(sheets(chosen));
  };
  if (shown) return <ExportPictures sheets={shown} onDone={() => setShown(undefined)} />;
  return (
    <div class="stack">
      <Back to={to("codes")} />
      <h1>{t("codes.export.title")}</h1>
      <p class="soft">{t("codes.export.lead")}</p>
      {own.length < entries.value.length && <p class="soft">{t("codes.export.linked")}</p>}
      {own.length === 0 ? <Note testid="export-none">{t("codes.export.none")}</Note> : (
        <Card raised>
          <Form word={t("codes.export.show", { n: chosen.length })} disabled={chosen.length === 0} testid="export-show" onSubmit={show}>
            <fieldset>
              <legend>{t("codes.export.which")}</legend>
              {own.map((entry) => (
                <Choice key={entry.id} type="checkbox" checked={!left.has(entry.id)} testid="export-choice" onChange={(on) => setLeft(toggled(left, entry.id, on))}>
                  <Quote text={nameOf(entry)} />
                </Choice>
              ))}
            </fieldset>
            <Note kind="wait">{t("codes.export.care")}</Note>
          </Form>
        </Card>
      )}
    </div>
  );
}

function toggled(left: ReadonlySet<string>, id: string, on: boolean): ReadonlySet<string> {
  const next = new Set(left);
  if (on) next.delete(id);
  else next.add(id);
  return next;
}
