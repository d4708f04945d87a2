import { to } from "../router";
import { find } from "../state/accounts";
import { Quote } from "../ui/Quote";
import { day, t, timeOfDay } from "../words";
import { Logo, Through } from "./Asker";
import { StateTag } from "./StateTag";
import type { Entry } from "./timeline";

// HistoryList is the past by days, newest first.
export function HistoryList({ entries }: { entries: Entry[] }) {
  return (
    <div class="stack" data-testid="history">
      {days(entries).map(([name, some]) => (
        <section key={name}>
          <h2 class="day">{name}</h2>
          <ul class="history">{some.map((entry) => <li key={`${entry.account}/${entry.challenge.id}`}><Row entry={entry} /></li>)}</ul>
        </section>
      ))}
    </div>
  );
}

function Row({ entry: { account: owner, challenge } }: { entry: Entry }) {
  const account = find(owner);
  const { id, state, question } = challenge;
  return (
    <a href={to("history", owner, id)} data-testid="history-item" data-id={id} data-state={state}>
      {account && <Logo account={account} challenge={challenge} size="small" />}
      <span class="history-text">
        <Quote text={question.title || question.message} class="history-message" />
        <span class="soft small"><Quote text={question.application.name} /> · {timeOfDay(question.created_at)}</span>
        {account && <Through account={account} />}
      </span>
      <StateTag challenge={challenge} />
    </a>
  );
}

// days gathers entries by the day on which they were asked.
function days(entries: Entry[]): [string, Entry[]][] {
  const out = new Map<string, Entry[]>();
  for (const entry of entries) {
    const name = dayName(entry.challenge.question.created_at);
    out.set(name, [...(out.get(name) ?? []), entry]);
  }
  return [...out];
}

const oneDay = 86_400_000;

function dayName(moment: string): string {
  const name = day(moment);
  if (name === day(Date.now())) return t("requests.history.today");
  if (name === day(Date.now() - oneDay)) return t("requests.history.yesterday");
  return name;
}
