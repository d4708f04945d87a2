import { useState } from "preact/hooks";
import type { Account } from "../state/account";
import { toast } from "../ui/announce";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { Form } from "../ui/Form";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { Explained, t } from "../words";
import { heading, save, sheet } from "./sheet";

// FreshCodes shows new recovery codes, this once. It is left by saying that they
// are kept.
export function FreshCodes({ account, codes, onDone }: { account: Account; codes: string[]; onDone: () => void }) {
  const [kept, setKept] = useState(false);
  const finish = () => {
    if (!kept) throw new Explained(t("account.recovery.unsaved"));
    onDone();
  };
  const copyAll = () => navigator.clipboard.writeText(codes.join("\n"))
    .then(() => toast(t("account.recovery.copied")), () => toast(t("account.recovery.copy.failed")));
  return (
    <section class="card raised stack printed" data-testid="fresh-codes">
      <h1>{t("account.recovery.fresh")}</h1>
      <Note kind="wait">{t("account.recovery.once")}</Note>
      <p class="print-only">{heading(account)}</p>
      <ol class="codes-list">{codes.map((code) => <li key={code} class="mono" data-testid="fresh-code">{code}</li>)}</ol>
      <div class="row screen-only">
        <Button kind="quiet" size="small" testid="copy-codes" onClick={() => void copyAll()}><Icon name="copy" />{t("account.recovery.copy")}</Button>
        <Button kind="quiet" size="small" testid="save-codes" onClick={() => save(sheet(account, codes), t("account.recovery.file"))}><Icon name="save" />{t("account.recovery.save")}</Button>
        <Button kind="quiet" size="small" testid="print-codes" onClick={() => print()}><Icon name="receipt" />{t("account.recovery.print")}</Button>
      </div>
      <div class="screen-only">
        <Form word={t("account.recovery.done")} testid="codes-done" onSubmit={async () => finish()}>
          <Choice type="checkbox" checked={kept} onChange={setKept} testid="codes-kept">{t("account.recovery.kept")}</Choice>
        </Form>
      </div>
    </section>
  );
}
