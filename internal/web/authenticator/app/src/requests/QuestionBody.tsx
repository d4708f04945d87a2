import { Facts } from "../ui/Facts";
import { Icon } from "../ui/Icon";
import { Quote } from "../ui/Quote";
import { t } from "../words";
import type { Policy, Question } from "../wire/types";
import { demands } from "./demands";

// QuestionBody shows everything that is signed for people to read, in its order.
export function QuestionBody({ question }: { question: Question }) {
  const { title, message, details, amount, policy, hidden_details_hash: hidden } = question;
  return (
    <>
      {title && <p class="question-title" data-testid="title"><Quote text={title} /></p>}
      <h1 class="message" tabIndex={-1} data-testid="message"><Quote text={message} /></h1>
      {details.length > 0 && (
        <Facts testid="details" of={details.map(({ label, value }) => [<Quote text={label} />, <Quote text={value} />])} />
      )}
      {amount && <p class="amount" data-testid="amount"><Quote text={amount.value} /> <Quote text={amount.currency} /></p>}
      {policy && <Demands policy={policy} />}
      {hidden && <p class="small soft">{t("requests.hidden")}</p>}
    </>
  );
}

// Demands say in plain words what an approval must satisfy.
function Demands({ policy }: { policy: Policy }) {
  const lines = demands(policy);
  if (lines.length === 0) return null;
  return (
    <section class="demands" data-testid="demands">
      <h2><Icon name="shield" />{t("requests.demands.title")}</h2>
      <ul>{lines.map((line, at) => <li key={at}><Quote text={line} /></li>)}</ul>
    </section>
  );
}
