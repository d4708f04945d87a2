import { host } from "../link/servers";
import { pretty } from "../link/invitation";
import type { Account } from "../state/account";
import { Button } from "../ui/Button";
import { useNow } from "../ui/Countdown";
import { Quote } from "../ui/Quote";
import { remaining, t } from "../words";
import { Sentence } from "../words/Sentence";
import type { Opened } from "./calls";
import { QRCode } from "./QRCode";

// JoinCode shows what the other device reads or types.
export function JoinCode({ account, opened, online, onCancel }: { account: Account; opened: Opened; online: boolean; onCancel: () => void }) {
  return (
    <section class="card raised stack join-code" data-testid="join-open">
      <h1>{t("account.join.scan")}</h1>
      <QRCode text={opened.uri} label={t("account.join.qr")} />
      <div>
        <p class="soft">{t("account.join.or")}</p>
        <p class="typed-code" data-testid="join-code">{pretty(opened.code)}</p>
        <p class="soft small"><Sentence of="account.join.at" with={{ host: <Quote text={host(account.server)} /> }} /></p>
      </div>
      <p role="status" class="soft">{t(online ? "account.join.waiting" : "account.join.offline")}</p>
      <TimeLeft clock={account.clock} until={opened.expires_at} />
      <Button kind="quiet" size="wide" testid="withdraw-join" onClick={onCancel}>{t("account.join.withdraw")}</Button>
    </section>
  );
}

// TimeLeft counts down without being read out every second.
export function TimeLeft({ clock, until }: { clock: { now(): number }; until: string }) {
  const now = useNow(clock);
  return <p class="soft small">{t("account.join.left")} <span role="timer" data-testid="join-left">{remaining(Date.parse(until) - now)}</span></p>;
}
