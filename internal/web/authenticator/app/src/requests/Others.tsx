import { to } from "../router";
import { Quote } from "../ui/Quote";
import { t } from "../words";
import { Sentence } from "../words/Sentence";
import { Logo } from "./Asker";
import { asked } from "./asked";
import { isFlood, type Matter } from "./flood";
import { TimeLeft } from "./TimeLeft";

// Others are what else waits, beside a request where the screen is wide enough.
export function Others({ except }: { except: string }) {
  const others = asked.value.filter(({ requests }) => !requests.some(({ challenge }) => challenge.id === except));
  if (others.length === 0) return null;
  return (
    <aside class="others" aria-label={t("requests.others")} data-testid="others">
      <h2 class="day">{t("requests.others")}</h2>
      <ul class="rows">{others.map((matter) => <li key={matter.key}><Other matter={matter} /></li>)}</ul>
    </aside>
  );
}

function Other({ matter }: { matter: Matter }) {
  const [{ account, challenge }] = matter.requests;
  const { question } = challenge;
  const application = <Quote text={question.application?.name ?? ""} />;
  const many = isFlood(matter);
  return (
    <a href={many ? to() : to("request", account.id, challenge.id)} data-testid="other">
      <Logo account={account} challenge={challenge} size="small" />
      <span class="row-text">
        <span class="other-message">{many ? <Sentence of="requests.flood.title" n={matter.requests.length} with={{ application }} /> : <Quote text={question.title || question.message} />}</span>
        {!many && <span>{application}</span>}
        {!many && <span><TimeLeft account={account} question={question} /></span>}
      </span>
    </a>
  );
}
