import { useEffect, useState } from "preact/hooks";
import type { Account } from "../state/account";
import { ErrorNote } from "../ui/ErrorNote";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { Quote } from "../ui/Quote";
import { type Key, t, when } from "../words";
import { Sentence } from "../words/Sentence";
import { Problem } from "../wire/problem";
import type { Challenge, Receipt } from "../wire/types";
import { Doubt, type Proved, prove } from "./proved";
import { ReceiptButtons } from "./ReceiptButtons";
import { TechnicalFacts } from "./TechnicalFacts";

type Found = { receipt?: Receipt; proved?: Proved; error?: unknown };

// ReceiptPart fetches the receipt of an answer, whichever device gave it, and
// says what it proves.
export function ReceiptPart({ account, challenge }: { account: Account; challenge: Challenge }) {
  const { receipt, proved, error } = useReceipt(account, challenge);
  return (
    <section class="receipt stack-small" data-testid="receipt-place" aria-busy={!proved && error === undefined}>
      <h2><Icon name="receipt" />{t("requests.receipt.title")}</h2>
      {!proved && error === undefined && <p class="soft" role="status">{t("requests.receipt.checking")}</p>}
      {proved && <Checked account={account} proved={proved} />}
      {error !== undefined && <Doubtful error={error} challenge={challenge} />}
      {receipt && <ReceiptButtons receipt={receipt} challenge={challenge} />}
      {proved && <TechnicalFacts proved={proved} challenge={challenge} />}
    </section>
  );
}

function useReceipt(account: Account, challenge: Challenge): Found {
  const [found, setFound] = useState<Found>({});
  useEffect(() => {
    let gone = false;
    const look = async () => {
      let receipt: Receipt | undefined;
      try {
        receipt = await account.api.receipt(challenge.id);
        const proved = await prove(receipt, challenge, account.info.peek().server_key);
        if (!gone) setFound({ receipt, proved });
      } catch (error) {
        if (!gone) setFound({ ...(receipt && { receipt }), error });
      }
    };
    void look();
    return () => { gone = true; };
  }, [account, challenge.id]);
  return found;
}

// Checked lists what was verified here and now.
function Checked({ account, proved: { statement, seal } }: { account: Account; proved: Proved }) {
  const own = statement.device?.key === account.id;
  const by = () => {
    if (statement.relying_party) return <Sentence of="requests.receipt.signed.passkey" with={{ site: <Quote text={statement.relying_party.id} /> }} />;
    return own ? <Sentence of="requests.receipt.signed.device" with={{ name: <Quote text={account.info.value.device.name} /> }} /> : t("requests.receipt.signed.other");
  };
  const lines = [by(), t("requests.receipt.signed.whole"), t("requests.receipt.sealed", { server: account.server ? new URL(account.server).host : location.host, when: when(seal.received_at) }), t("requests.receipt.pinned")];
  return (
    <div class="checks" data-testid="receipt-checked">
      <p class="checks-title">{t("requests.receipt.good")}</p>
      <ul>{lines.map((line, at) => <li key={at}><Icon name="check" /><span>{line}</span></li>)}</ul>
    </div>
  );
}

// Doubtful says why there is nothing that could be trusted.
function Doubtful({ error, challenge }: { error: unknown; challenge: Challenge }) {
  if (error instanceof Problem && error.code === "receipt_unknown") {
    return <p class="soft" data-testid="no-receipt">{t(challenge.failure === "authentication" ? "requests.receipt.mismatch" : "requests.receipt.none")}</p>;
  }
  if (!(error instanceof Doubt)) return <><p class="soft">{t("requests.receipt.unreachable")}</p><ErrorNote error={error} /></>;
  return <Note kind="bad" testid="error"><strong>{t("requests.receipt.bad")}</strong> {t(`requests.receipt.doubt.${error.about}` as Key)}</Note>;
}
