import { useComputed } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { accounts } from "../state/accounts";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { ErrorNote } from "../ui/ErrorNote";
import { Loading } from "../ui/Loading";
import { t } from "../words";
import { fits, Filters, type Wanted } from "./Filters";
import { HistoryList } from "./HistoryList";
import { Past } from "./past";

// HistoryScreen is what was asked before, of all accounts.
export function HistoryScreen() {
  const [past] = useState(() => new Past());
  const [wanted, want] = useState<Wanted>({ account: "", application: "", state: "" });
  useEffect(() => { void past.open(accounts.value); }, [past, accounts.value]);
  const found = useComputed(() => past.entries.value).value;
  const shown = found.filter((entry) => fits(entry, wanted));
  const { error, loading, more } = { error: past.error.value, loading: past.loading.value, more: past.more.value };
  return (
    <div class="stack">
      <h1>{t("requests.history.title")}</h1>
      {found.length > 0 && <Filters entries={found} wanted={wanted} onChange={want} />}
      {shown.length > 0 && <HistoryList entries={shown} />}
      {found.length > 0 && shown.length === 0 && <Empty title={t("requests.history.none.title")} testid="none-fits"><p>{t("requests.history.none.text")}</p></Empty>}
      {found.length === 0 && !loading && !more && error === undefined && <Empty title={t("requests.history.empty.title")} testid="no-history"><p>{t("requests.history.empty.text")}</p></Empty>}
      {found.length === 0 && loading && <Loading text={t("requests.history.loading")} lines={5} />}
      {error !== undefined && <ErrorNote error={error} />}
      {error !== undefined && <Button kind="quiet" testid="retry" busy={loading} onClick={() => void past.open(accounts.peek())}>{t("requests.retry")}</Button>}
      {more && error === undefined && <Button kind="quiet" size="wide" testid="more" busy={loading && found.length > 0} onClick={() => void past.older()}>{t(loading ? "requests.history.loading.more" : "requests.history.older")}</Button>}
    </div>
  );
}
