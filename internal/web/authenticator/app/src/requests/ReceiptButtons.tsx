import { useState } from "preact/hooks";
import { Button } from "../ui/Button";
import { Copy } from "../ui/Copy";
import { ErrorNote } from "../ui/ErrorNote";
import { Icon } from "../ui/Icon";
import { type Key, t } from "../words";
import type { Challenge, Receipt } from "../wire/types";
import { standing } from "./answering";
import { save, sharable, share } from "./save";

// ReceiptButtons take a receipt out of the app.
export function ReceiptButtons({ receipt, challenge }: { receipt: Receipt; challenge: Challenge }) {
  const [error, setError] = useState<unknown>();
  const { id, question: { application: { name: application } } } = challenge;
  return (
    <div class="stack-small">
      <div class="row receipt-buttons">
        <Button kind="quiet" size="small" testid="receipt" onClick={() => save(receipt, id)}><Icon name="save" />{t("requests.receipt.save")}</Button>
        <Copy text={JSON.stringify(receipt)} testid="copy-receipt" />
        {sharable(receipt, id) && (
          <Button kind="quiet" size="small" testid="share-receipt" onClick={() => void share(receipt, id, t("requests.receipt.share.text", { application, state: t(`requests.state.${standing(challenge)}` as Key) })).catch(setError)}>
            <Icon name="up" />{t("requests.receipt.share")}
          </Button>
        )}
      </div>
      <ErrorNote error={error} />
    </div>
  );
}
