import { useState } from "preact/hooks";
import { toast } from "../ui/announce";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Note } from "../ui/Note";
import { t } from "../words";
import { denyAll } from "./denyall";
import type { Matter } from "./flood";

// DenyAll asks once and denies every request of a flood.
export function DenyAll({ flood, onClose }: { flood: Matter; onClose: () => void }) {
  const all = flood.requests; // those that the person was asked about, also when more come
  const [done, setDone] = useState<number>();
  const [failed, setFailed] = useState(0);
  const deny = async (fraud: boolean) => {
    setFailed(0);
    setDone(0);
    const left = await denyAll(all, fraud, setDone);
    setDone(undefined);
    setFailed(left);
    if (left > 0) return;
    toast(t("requests.flood.denied", { n: all.length }));
    onClose();
  };
  const busy = done !== undefined;
  return (
    <Dialog title={t("requests.flood.deny.title", { n: all.length })} onClose={() => { if (!busy) onClose(); }} testid="deny-all-dialog">
      {failed > 0 && <Note kind="bad" testid="error">{t("requests.flood.failed", { n: failed })}</Note>}
      {busy && <p role="status">{t("requests.flood.denying", { done: done + 1, count: all.length })}</p>}
      <Button kind="danger" size="wide" busy={busy} testid="deny-all-not-me" onClick={() => void deny(true)}>{t("requests.flood.deny.not_me")}</Button>
      <Button kind="quiet" size="wide" disabled={busy} testid="deny-all-just" onClick={() => void deny(false)}>{t("requests.flood.deny.just")}</Button>
      <Button kind="plain" size="wide" disabled={busy} testid="keep-all" onClick={onClose}>{t("requests.flood.keep")}</Button>
    </Dialog>
  );
}
