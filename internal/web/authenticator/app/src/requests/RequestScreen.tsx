import { useState } from "preact/hooks";
import { signable } from "../../../../protocol/modules/question.js";
import { to } from "../router";
import { find } from "../state/accounts";
import type { Account } from "../state/account";
import { Back } from "../ui/Back";
import { Button } from "../ui/Button";
import { ErrorNote } from "../ui/ErrorNote";
import { Loading } from "../ui/Loading";
import { Note } from "../ui/Note";
import { t } from "../words";
import type { Challenge } from "../wire/types";
import type { Ended } from "./answering";
import { OpenRequest } from "./OpenRequest";
import { Others } from "./Others";
import { PastRequest } from "./PastRequest";
import { useChallenge, useElsewhere } from "./useChallenge";
import { Verdict } from "./Verdict";

// RequestScreen is one request, whatever has become of it.
export function RequestScreen({ account: owner, id }: { account: string; id: string }) {
  const account = find(owner);
  return (
    <div class="panes">
      <div class="stack">
        <Back to={to()} word={t("requests.back")} />
        {account ? <Looked account={account} id={id} /> : <Note kind="bad" testid="error">{t("requests.missing")}</Note>}
      </div>
      <Others except={id} />
    </div>
  );
}

function Looked({ account, id }: { account: Account; id: string }) {
  const { challenge, error, again } = useChallenge(account, id);
  if (challenge) return <Stands account={account} challenge={challenge} />;
  if (error === undefined) return <Loading text={t("requests.opening")} lines={6} />;
  return <div class="stack"><ErrorNote error={error} /><Button kind="quiet" testid="retry" onClick={again}>{t("requests.retry")}</Button></div>;
}

// Stands follows a request from open to over.
function Stands({ account, challenge }: { account: Account; challenge: Challenge }) {
  const [ended, setEnded] = useState<Ended>();
  const [busy, setBusy] = useState(false);
  const open = challenge.state === "pending";
  const elsewhere = useElsewhere(account, challenge.id, open && !ended && !busy);
  if (ended) return <Verdict account={account} challenge={challenge} ended={ended} />;
  if (elsewhere) return <PastRequest account={account} challenge={elsewhere} meanwhile />;
  if (!open) return <PastRequest account={account} challenge={challenge} />;
  if (!signable(challenge, account.info.value.user.id)) return <Unsignable />;
  return <OpenRequest account={account} challenge={challenge} onEnded={setEnded} onBusy={setBusy} />;
}

// Unsignable: what cannot be shown whole is not signed.
function Unsignable() {
  return (
    <div class="stack">
      <h1>{t("requests.unsignable.title")}</h1>
      <Note kind="bad" testid="unsignable">{t("requests.unsignable.text")}</Note>
    </div>
  );
}
