import { useState } from "preact/hooks";
import { to } from "../router";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { ErrorNote } from "../ui/ErrorNote";
import { Field } from "../ui/Field";
import { Icon } from "../ui/Icon";
import { announce } from "../ui/announce";
import { change, type Entry, entries, state } from "../vault/vault";
import { t } from "../words";
import { byPeriod, matching, moved } from "./arranging";
import { CodeGroup } from "./CodeGroup";
import { Deleted } from "./Deleted";
import { EditDialog } from "./EditDialog";
import { LostVault } from "./LostVault";
import { nameOf, shown, type Shown } from "./shown";

// Fewer codes are found at a glance.
const searchFrom = 7;

// CodesScreen shows the one-time codes of all accounts. It needs no connection.
export function CodesScreen() {
  const [search, setSearch] = useState("");
  const [arranging, setArranging] = useState(false);
  const [edited, setEdited] = useState<Entry>();
  const [gone, setGone] = useState<{ entry: Entry; at: number }>();
  const [error, setError] = useState<unknown>();
  const all = shown.value;
  const found = matching(all, search);
  const move = (one: Shown, by: 1 | -1) => {
    change((list) => moved(list, one.id, by)).then(() => announce(nameOf(one)), setError);
  };
  const remove = (entry: Entry) => {
    const at = entries.peek().findIndex((one) => one.id === entry.id);
    setEdited(undefined);
    change((list) => list.filter((one) => one.id !== entry.id)).then(() => setGone({ entry, at }), setError);
  };
  const undo = (back: { entry: Entry; at: number }) => {
    setGone(undefined);
    change((list) => list.toSpliced(back.at, 0, back.entry)).then(() => announce(t("codes.restored", { name: nameOf(back.entry) })), setError);
  };
  return (
    <div class="stack">
      <div class="row spread">
        <h1>{t("codes.title")}</h1>
        {all.length > 0 && <Actions arranging={arranging} onArrange={setArranging} />}
      </div>
      <ErrorNote error={error} />
      {state.value === "lost" && <LostVault />}
      {gone && <Deleted name={nameOf(gone.entry)} onUndo={() => undo(gone)} />}
      {all.length >= searchFrom && <Field label={t("codes.search")} type="search" value={search} onText={setSearch} autocomplete="off" testid="search-codes" />}
      {all.length === 0 && state.value !== "lost" && <NoCodes />}
      {all.length > 0 && found.length === 0 && <p class="soft" role="status" data-testid="search-none">{t("codes.search.none")}</p>}
      {byPeriod(found).map(([period, codes]) => (
        <CodeGroup key={period} period={period} codes={codes} arranging={arranging} onMove={move} onEdit={({ entry }) => setEdited(entry)} />
      ))}
      {all.length > 0 && <p class="small soft">{t("codes.lead")}</p>}
      {edited && <EditDialog entry={edited} onClose={() => setEdited(undefined)} onDelete={remove} />}
    </div>
  );
}

function Actions({ arranging, onArrange }: { arranging: boolean; onArrange: (on: boolean) => void }) {
  return (
    <div class="row">
      <Button kind="plain" size="small" pressed={arranging} testid="arrange" onClick={() => onArrange(!arranging)}>{t(arranging ? "codes.arrange.done" : "codes.arrange")}</Button>
      {arranging
        ? <a class="button quiet small" href={to("codes", "export")} data-testid="export-codes">{t("codes.export")}</a>
        : <a class="button quiet small" href={to("codes", "import")} data-testid="add-codes"><Icon name="plus" />{t("codes.add")}</a>}
    </div>
  );
}

function NoCodes() {
  return (
    <Empty title={t("codes.empty.title")} testid="no-codes">
      <p>{t("codes.empty.text")}</p>
      <p class="empty-way"><a class="button" href={to("codes", "import")} data-testid="add-codes">{t("codes.add")}</a></p>
    </Empty>
  );
}
