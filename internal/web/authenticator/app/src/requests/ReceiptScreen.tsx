import { to } from "../router";
import { find } from "../state/accounts";
import type { Account } from "../state/account";
import { Back } from "../ui/Back";
import { Button } from "../ui/Button";
import { ErrorNote } from "../ui/ErrorNote";
import { Loading } from "../ui/Loading";
import { Note } from "../ui/Note";
import { t } from "../words";
import { PastRequest } from "./PastRequest";
import { useChallenge } from "./useChallenge";

// ReceiptScreen is a request of the past with its receipt.
export function ReceiptScreen({ account: owner, id }: { account: string; id: string }) {
  const account = find(owner);
  return (
    <div class="stack">
      <Back to={to("history")} word={t("requests.back.history")} />
      {account ? <Looked account={account} id={id} /> : <Note kind="bad" testid="error">{t("requests.missing")}</Note>}
    </div>
  );
}

function Looked({ account, id }: { account: Account; id: string }) {
  const { challenge, error, again } = useChallenge(account, id, true);
  if (challenge) return <PastRequest account={account} challenge={challenge} />;
  if (error === undefined) return <Loading text={t("requests.opening")} lines={6} />;
  return <div class="stack"><ErrorNote error={error} /><Button kind="quiet" testid="retry" onClick={again}>{t("requests.retry")}</Button></div>;
}
