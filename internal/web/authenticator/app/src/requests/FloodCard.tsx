import { useState } from "preact/hooks";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Quote } from "../ui/Quote";
import { t } from "../words";
import { Sentence } from "../words/Sentence";
import { Logo } from "./Asker";
import { type Matter, minutes } from "./flood";
import { RequestCard } from "./RequestCard";

// FloodCard is a flood: it says what it may mean, and that all of it can be
// denied at once. Each request can still be looked at.
export function FloodCard({ flood, onDenyAll }: { flood: Matter; onDenyAll: () => void }) {
  const { requests } = flood;
  const [shown, show] = useState(false);
  const [{ account, challenge }] = requests;
  const name = challenge.question.application?.name ?? "";
  return (
    <section class="card flood stack-small" data-testid="flood" aria-label={t("requests.flood.title", { n: requests.length, application: name })}>
      <div class="flood-head">
        <Logo account={account} challenge={challenge} />
        <div>
          <h2><Sentence of="requests.flood.title" n={requests.length} with={{ application: <Quote text={name} /> }} /></h2>
          <p class="soft small">{t("requests.flood.span", { n: minutes(flood) })}</p>
        </div>
        <Icon name="alert" />
      </div>
      <p>{t("requests.flood.text")}</p>
      <p class="soft small">{t("requests.flood.quiet")}</p>
      <div class="row">
        <Button kind="danger" testid="deny-all" onClick={onDenyAll}><Icon name="cross" />{t("requests.flood.deny")}</Button>
        <Button kind="plain" testid="show-flood" onClick={() => show(!shown)}>{shown ? t("requests.flood.hide") : t("requests.flood.show", { n: requests.length })}</Button>
      </div>
      {shown && <ul class="requests">{requests.map((one) => <li key={one.challenge.id}><RequestCard {...one} /></li>)}</ul>}
    </section>
  );
}
