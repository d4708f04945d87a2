import { to } from "../router";
import type { Account } from "../state/account";
import { Empty } from "../ui/Empty";
import { Form } from "../ui/Form";
import { Icon } from "../ui/Icon";
import { visible } from "../ui/Quote";
import { type Key, t } from "../words";
import type { End } from "./useJoin";

const words: Record<End["state"], { title: Key; text: Key }> = {
  approved: { title: "account.join.added.title", text: "account.join.added" },
  refused: { title: "account.join.refused.title", text: "account.join.refused" },
  mismatch: { title: "account.join.refused.title", text: "account.join.mismatch" },
  expired: { title: "account.join.expired.title", text: "account.join.expired" },
};

// JoinEnd says how it came out.
export function JoinEnd({ account, end: { state, name }, onAgain }: { account: Account; end: End; onAgain: () => Promise<void> }) {
  const { title, text } = words[state];
  const done = state === "approved";
  return (
    <Empty title={t(title)} alone picture={<Icon name={done ? "check" : "cross"} />} testid={`join-${state}`}>
      <p role="alert">{t(text, { name: visible(name) })}</p>
      {done ? <p><a class="button" href={to("account", account.id, "devices")} data-testid="join-done">{t("account.join.done")}</a></p>
        : <Form word={t("account.join.again")} busyWord={t("account.join.beginning")} testid="join-again" onSubmit={onAgain} />}
    </Empty>
  );
}
