import { useState } from "preact/hooks";
import { readInvitation } from "../link/invitation";
import { to } from "../router";
import { Scanner } from "../scan/scanner";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { ErrorNote } from "../ui/ErrorNote";
import { Note } from "../ui/Note";
import { list, t } from "../words";
import type { Batches } from "./batches";
import { finish, take, takeFile } from "./importing";
import { ImportFile } from "./ImportFile";
import { TypedCode } from "./TypedCode";

// ImportStart offers the ways in, and stays while a Google export of several
// pictures is scanned.
export function ImportStart({ batches }: { batches: Batches | undefined }) {
  const [error, setError] = useState<unknown>();
  const [invitation, setInvitation] = useState(false);
  const scanned = (text: string) => {
    setError(undefined);
    setInvitation(isInvitation(text));
    take(text).catch(setError);
  };
  return (
    <>
      <Card raised title={t("codes.import.picture")}>
        <p class="soft">{t("codes.import.picture.text")}</p>
        {batches && <Progress batches={batches} />}
        <Scanner onText={scanned} />
        {invitation
          ? <Note kind="wait" testid="is-invitation"><p>{t("codes.import.link")}</p><p><a href={to("link", "scan")}>{t("codes.import.link.go")}</a></p></Note>
          : <ErrorNote error={error} />}
      </Card>
      {!batches && (
        <>
          <Card raised title={t("codes.import.file")}>
            <p class="soft">{t("codes.import.file.text")}</p>
            <ImportFile onFile={takeFile} />
          </Card>
          <Card raised title={t("codes.import.typed")}>
            <p class="soft">{t("codes.import.typed.text")}</p>
            <TypedCode />
          </Card>
        </>
      )}
    </>
  );
}

// isInvitation: whoever scans a linking code here is shown the right place.
const isInvitation = (text: string): boolean => /^[a-z][a-z0-9+.-]*:/i.test(text) && typeof readInvitation(text) !== "string";

function Progress({ batches }: { batches: Batches }) {
  const taken = batches.size - batches.missing.length;
  return (
    <div role="status">
      <Note kind="good" testid="batches">
        <div class="stack-small">
          <strong>{t("codes.import.batch", { n: taken, of: batches.size })}</strong>
          <p>{t("codes.import.batch.text", { missing: list(batches.missing.map(String)) })}</p>
          <Button kind="quiet" size="small" testid="batches-enough" onClick={() => void finish(batches.found)}>{t("codes.import.batch.enough")}</Button>
        </div>
      </Note>
    </div>
  );
}
