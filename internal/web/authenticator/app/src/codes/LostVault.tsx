import { Form } from "../ui/Form";
import { Note } from "../ui/Note";
import { erase } from "../vault/vault";
import { t } from "../words";

// LostVault says that the codes were sealed for another browser than this one.
export function LostVault() {
  return (
    <Note kind="bad" testid="vault-lost">
      <div class="stack-small">
        <strong>{t("codes.vault.lost.title")}</strong>
        <p>{t("codes.vault.lost.text")}</p>
        <Form word={t("codes.vault.lost.erase")} danger testid="erase-vault" onSubmit={erase} />
      </div>
    </Note>
  );
}
