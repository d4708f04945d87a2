import { Form } from "../ui/Form";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { type Key, t } from "../words";
import type { Purpose } from "./calls";
import { prove } from "./prove";

const words: Record<Purpose, { title: Key; text: Key }> = {
  add: { title: "account.join.add.title", text: "account.join.add.text" },
  move: { title: "account.join.move.title", text: "account.join.move.text" },
};

// JoinIntro says what will happen before a code is made. Where the app has a
// lock, its proof is asked for: a device more is as good as the account.
export function JoinIntro({ purpose, onBegin }: { purpose: Purpose; onBegin: () => Promise<void> }) {
  const { title, text } = words[purpose];
  const begin = async () => {
    await prove(t(title));
    await onBegin();
  };
  return (
    <section class="card raised stack">
      <p class="join-picture"><Icon name={purpose === "move" ? "move" : "devices"} /></p>
      <h1>{t(title)}</h1>
      <p>{t(text)}</p>
      {purpose === "move" && <Note kind="wait">{t("account.join.move.codes")}</Note>}
      <Form word={t("account.join.begin")} busyWord={t("account.join.beginning")} testid="start-join" onSubmit={begin} />
    </section>
  );
}
