import type { ComponentChildren } from "preact";
import { to } from "../router";
import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import { Note } from "../ui/Note";
import { Quote } from "../ui/Quote";
import { t } from "../words";
import { type Outcome, restart } from "./importing";
import { nameOf } from "./shown";

// ImportDone says what was added, what was here already, and what was refused and
// why.
export function ImportDone({ outcome: { added, known, refused } }: { outcome: Outcome }) {
  return (
    <section class="stack" data-testid="import-done">
      <h1>{t(added.length > 0 ? "codes.import.done.title" : "codes.import.none.title")}</h1>
      <Part icon="check" title={t("codes.import.added", { n: added.length })} testid="import-added">
        {added.map((seed, at) => <li key={at}><div class="row-body"><span class="row-text"><Quote text={nameOf(seed)} /></span></div></li>)}
      </Part>
      <Part icon="copy" title={t("codes.import.known", { n: known.length })} testid="import-known">
        {known.map((seed, at) => <li key={at}><div class="row-body"><span class="row-text"><Quote text={nameOf(seed)} /></span></div></li>)}
      </Part>
      <Part icon="alert" title={t("codes.import.refused", { n: refused.length })} testid="import-refused">
        {refused.map(({ name, fault }, at) => (
          <li key={at}><div class="row-body"><span class="row-text"><Quote text={name || t("codes.nameless")} /><span>{t(`codes.fault.${fault}`)}</span></span></div></li>
        ))}
      </Part>
      {added.length > 0 && <Note kind="wait">{t("codes.import.care")}</Note>}
      <div class="row">
        <a class="button" href={to("codes")} data-testid="show-codes">{t("codes.import.show")}</a>
        <Button kind="quiet" testid="import-more" onClick={restart}>{t("codes.import.more")}</Button>
      </div>
    </section>
  );
}

function Part({ icon, title, testid, children }: { icon: IconName; title: string; testid: string; children: ComponentChildren[] }) {
  if (children.length === 0) return null;
  return (
    <section class="stack-small" data-testid={testid}>
      <h2 class="row"><Icon name={icon} />{title}</h2>
      <ul class="rows">{children}</ul>
    </section>
  );
}
