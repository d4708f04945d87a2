import { accounts, find } from "../state/accounts";
import { visible } from "../ui/Quote";
import { type Key, t } from "../words";
import { standing } from "./answering";
import type { Entry } from "./timeline";

// Wanted is what the person wants to see; "" is all of it.
export interface Wanted {
  account: string;
  application: string;
  state: string;
}

// fits says whether an entry is wanted.
export const fits = ({ account, challenge }: Entry, wanted: Wanted): boolean =>
  (wanted.account === "" || wanted.account === account) &&
  (wanted.application === "" || wanted.application === challenge.question.application.id) &&
  (wanted.state === "" || wanted.state === standing(challenge));

// Filters choose among what is there: no choice leads to an empty list at first.
export function Filters({ entries, wanted, onChange }: { entries: Entry[]; wanted: Wanted; onChange: (wanted: Wanted) => void }) {
  const applications = new Map(entries.map(({ challenge: { question: { application } } }) => [application.id, visible(application.name)]));
  const states = new Map(entries.map(({ challenge }) => [standing(challenge) as string, t(`requests.state.${standing(challenge)}` as Key)]));
  const owners = new Map(accounts.value.map(({ id, title, who }) => [id, `${visible(title.value)} · ${visible(who.value)}`]));
  return (
    <div class="filters" role="group" aria-label={t("requests.history.filter")} data-testid="filters">
      {owners.size > 1 && <Select word={t("requests.history.filter.account")} of={owners} value={find(wanted.account)?.id ?? ""} testid="filter-account" onChange={(account) => onChange({ ...wanted, account })} />}
      {applications.size > 1 && <Select word={t("requests.history.filter.application")} of={applications} value={wanted.application} testid="filter-application" onChange={(application) => onChange({ ...wanted, application })} />}
      {states.size > 1 && <Select word={t("requests.history.filter.state")} of={states} value={wanted.state} testid="filter-state" onChange={(state) => onChange({ ...wanted, state })} />}
    </div>
  );
}

function Select({ word, of, value, testid, onChange }: { word: string; of: Map<string, string>; value: string; testid: string; onChange: (value: string) => void }) {
  return (
    <label class="filter">
      <span class="small soft">{word}</span>
      <select value={value} data-testid={testid} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{t("requests.history.all")}</option>
        {[...of].map(([id, name]) => <option key={id} value={id}>{name}</option>)}
      </select>
    </label>
  );
}
