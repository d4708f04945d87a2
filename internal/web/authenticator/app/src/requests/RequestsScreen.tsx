import { useState } from "preact/hooks";
import { KeyChanged } from "../account/KeyChanged";
import { Invite } from "../push/Invite";
import { accounts } from "../state/accounts";
import type { Account } from "../state/account";
import { online } from "../state/online";
import { Empty } from "../ui/Empty";
import { Loading } from "../ui/Loading";
import { Note } from "../ui/Note";
import { t } from "../words";
import { asked } from "./asked";
import { DenyAll } from "./DenyAll";
import { FloodCard } from "./FloodCard";
import { isFlood, type Matter } from "./flood";
import { RequestCard } from "./RequestCard";

// RequestsScreen is what waits for an answer, of all accounts.
export function RequestsScreen() {
  const [denying, deny] = useState<Matter>(); // stays although its requests leave the list one by one
  const loaded = accounts.value.filter((account) => account.loaded.value);
  return (
    <>
      <div class="stack" data-testid="requests-screen">
        <h1>{t("requests.title")}</h1>
        {accounts.value.map((account) => <KeyChanged key={account.id} account={account} />)}
        {accounts.value.map((account) => <Stale key={account.id} account={account} />)}
        {asked.value.length > 0 && <List matters={asked.value} onDenyAll={deny} />}
        {asked.value.length === 0 && loaded.length === accounts.value.length && <Empty title={t("requests.empty.title")} testid="no-requests"><p>{t("requests.empty.text")}</p></Empty>}
        {asked.value.length === 0 && <Invite />}
        {loaded.length < accounts.value.length && <Looking />}
      </div>
      {denying && <DenyAll flood={denying} onClose={() => deny(undefined)} />}
    </>
  );
}

function List({ matters: all, onDenyAll }: { matters: Matter[]; onDenyAll: (flood: Matter) => void }) {
  return (
    <ul class="requests" data-testid="requests">
      {all.map((one) => (
        <li key={one.key}>{isFlood(one) ? <FloodCard flood={one} onDenyAll={() => onDenyAll(one)} /> : <RequestCard {...one.requests[0]} />}</li>
      ))}
    </ul>
  );
}

// Looking: some account's first list is still on its way.
function Looking() {
  const offline = accounts.value.some((account) => !account.loaded.value && account.live.value === "offline");
  if (offline) return <Note kind="wait" testid="unreachable">{t("requests.loading.offline")}</Note>;
  return <Loading text={t("requests.loading")} />;
}

// Stale: a list was here, and nobody keeps it true just now. Where nothing can
// be reached at all, the frame says so.
function Stale({ account }: { account: Account }) {
  if (!online.value || !account.loaded.value || account.live.value !== "offline") return null;
  return <Note kind="wait" testid="stale">{t("requests.stale", { name: account.title.value })}</Note>;
}
