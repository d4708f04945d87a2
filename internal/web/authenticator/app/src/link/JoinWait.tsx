import { useEffect, useState } from "preact/hooks";
import { Button } from "../ui/Button";
import { useNow } from "../ui/Countdown";
import { Empty } from "../ui/Empty";
import { ErrorNote } from "../ui/ErrorNote";
import { Icon } from "../ui/Icon";
import { remaining, t } from "../words";
import type { Joining } from "./candidate";
import { confirmed } from "./joining";
import { type Attempt, linked, restart } from "./step";
import { useStage } from "./useStage";

// JoinWait shows the number that the person picks on the other device, and waits
// for that.
export function JoinWait({ attempt, join }: { attempt: Attempt; join: Joining }) {
  const { online, failed, error } = useJoin(attempt, join);
  const place = useStage<HTMLDivElement>(failed ? "over" : "waiting");
  return <div ref={place}>{failed ? <Refused /> : <Wait attempt={attempt} join={join} online={online} error={error} />}</div>;
}

function Wait({ attempt, join, online, error }: { attempt: Attempt; join: Joining; online: boolean; error: unknown }) {
  return (
    <section class="card raised stack join-wait" data-testid="join">
      <h1>{t("link.join.title")}</h1>
      <p>{t("link.join.text")}</p>
      <p class="big-number" data-testid="join-number" aria-label={t("link.join.number", { number: join.number })}>{join.number}</p>
      <p class="soft" role="status">{t(online ? "link.join.waiting" : "link.join.offline")}</p>
      <TimeLeft attempt={attempt} until={Date.parse(join.expires_at)} />
      <ErrorNote error={error} />
      <Button kind="quiet" size="wide" testid="cancel-link" onClick={restart}>{t("link.confirm.cancel")}</Button>
    </section>
  );
}

function TimeLeft({ attempt: { candidate }, until }: { attempt: Attempt; until: number }) {
  const now = useNow({ now: () => candidate.now });
  return <p class="soft small">{t("link.join.left")} <span data-testid="join-left">{remaining(until - now)}</span></p>;
}

function Refused() {
  return (
    <Empty title={t("link.join.refused.title")} alone picture={<Icon name="cross" />} testid="join-refused">
      <p role="alert">{t("link.join.refused")}</p>
      <Button testid="again" onClick={restart}>{t("link.join.again")}</Button>
    </Empty>
  );
}

function useJoin(attempt: Attempt, join: Joining) {
  const [online, setOnline] = useState(true);
  const [failed, setFailed] = useState(false);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    const stop = new AbortController();
    confirmed(attempt, { signal: stop.signal, until: Date.parse(join.expires_at), onOnline: setOnline })
      .then((account) => {
        if (account) linked(account);
        else if (!stop.signal.aborted) setFailed(true);
      })
      .catch((caught: unknown) => { if (!stop.signal.aborted) setError(caught); });
    return () => stop.abort();
  }, [attempt, join]);
  return { online, failed, error };
}
