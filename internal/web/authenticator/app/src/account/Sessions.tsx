import { useState } from "preact/hooks";
import type { Account } from "../state/account";
import { toast } from "../ui/announce";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { ErrorNote } from "../ui/ErrorNote";
import { Quote, visible } from "../ui/Quote";
import { t, when } from "../words";
import { Problem } from "../wire/problem";
import type { Session } from "../wire/types";
import { useLoad } from "./useLoad";
import { Waiting } from "./Waiting";

// Sessions is where the person is logged in, with a way out of each.
export function Sessions({ account }: { account: Account }) {
  const loaded = useLoad(async () => (await account.api.sessions()).sessions);
  return (
    <section class="stack" data-testid="sessions">
      <h1>{t("account.sessions.title")}</h1>
      <Waiting of={loaded} text={t("account.sessions.loading")}>
        {(list) => list.length === 0
          ? <Empty title={t("account.sessions.empty.title")} testid="no-sessions"><p>{t("account.sessions.empty")}</p></Empty>
          : <ul class="rows">{list.map((session) => <li key={session.id}><Row account={account} session={session} onDone={loaded.again} /></li>)}</ul>}
      </Waiting>
    </section>
  );
}

function Row({ account, session, onDone }: { account: Account; session: Session; onDone: () => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const name = visible(session.application.name);
  const logout = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await account.api.endSession(session.id).catch((caught: unknown) => {
        if (!(caught instanceof Problem) || caught.code !== "session_unknown") throw caught;
      });
      toast(t("account.sessions.logout.done", { name }));
      await onDone();
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="row-body" data-testid="session" data-id={session.id}>
      <span class="row-text">
        <Quote text={session.application.name} />
        <span>{t("account.sessions.since", { when: when(session.started_at) })}</span>
        <ErrorNote error={error} />
      </span>
      <Button kind="quiet" size="small" busy={busy} testid="logout" label={t("account.sessions.logout.label", { name })} onClick={() => void logout()}>{t("account.sessions.logout")}</Button>
    </div>
  );
}
