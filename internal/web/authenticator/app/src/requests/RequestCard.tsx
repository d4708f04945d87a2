import { to } from "../router";
import { Branded } from "../ui/Branded";
import { useNow } from "../ui/Countdown";
import { Icon } from "../ui/Icon";
import { Quote } from "../ui/Quote";
import { ago, t } from "../words";
import { Sentence } from "../words/Sentence";
import { Logo, Through } from "./Asker";
import type { Waiting } from "./flood";
import { TimeLeft } from "./TimeLeft";

// RequestCard is one request in the list. What it asks may be cut short here;
// all of it stands where it is answered.
export function RequestCard({ account, challenge }: Waiting) {
  const { id, question } = challenge;
  return (
    <Branded account={account}>
      <a class="card request" href={to("request", account.id, id)} data-testid="request" data-id={id}>
        <Logo account={account} challenge={challenge} />
        <span class="request-text">
          <span class="request-head">
            <span class="soft small"><Sentence of="requests.asks" with={{ application: <Quote text={question.application?.name ?? ""} class="asker-name" /> }} /></span>
            <TimeLeft account={account} question={question} />
          </span>
          <Quote text={question.title || (question.message ?? "")} class="request-message" />
          {question.title && <Quote text={question.message} class="request-second soft" />}
          <span class="request-foot">
            {question.amount && <span class="request-amount"><Quote text={question.amount.value} /> <Quote text={question.amount.currency} /></span>}
            {question.match && <span class="request-number"><Icon name="key" />{t("requests.number.tag")}</span>}
            <Age waiting={{ account, challenge }} />
            <Through account={account} />
          </span>
        </span>
        <span class="request-more"><span class="visually-hidden">{t("requests.review")}</span><Icon name="next" /></span>
      </a>
    </Branded>
  );
}

const minute = 60_000;

// Age says how long ago it was asked, to the minute.
export function Age({ waiting: { account, challenge } }: { waiting: Waiting }) {
  const now = useNow(account.clock, minute / 4);
  const asked = challenge.question.created_at;
  const when = now - Date.parse(asked) < minute ? t("requests.now") : ago(asked, now);
  return <span class="soft small">{t("requests.ago", { when })}</span>;
}
