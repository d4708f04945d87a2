import { go } from "../router";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { visible } from "../ui/Quote";
import { type Key, t } from "../words";
import { dismiss, type Farewell, farewells } from "./farewell";

const sentences: Record<Farewell["reason"], { title: Key; text: Key }> = {
  unlinked: { title: "account.gone.unlinked.title", text: "account.gone.unlinked" },
  moved: { title: "account.gone.moved.title", text: "account.gone.moved" },
};

// Farewells tell the person of accounts that left this browser, one after the
// other. The frame has them once.
export function Farewells() {
  const [first] = farewells.value;
  if (!first) return null;
  const { title, text } = sentences[first.reason];
  const close = () => dismiss(first.id);
  const again = () => { close(); go("link"); };
  return (
    <Dialog key={first.id} title={t(title, { name: visible(first.name) })} onClose={close} testid="gone">
      <p data-testid={`gone-${first.reason}`}>{t(text)}</p>
      <Button size="wide" testid="gone-close" onClick={close}>{t("account.gone.close")}</Button>
      {first.reason === "unlinked" && <Button kind="quiet" size="wide" testid="gone-link" onClick={again}>{t("account.gone.link")}</Button>}
    </Dialog>
  );
}
