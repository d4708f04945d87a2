import { useId } from "preact/hooks";
import { t } from "../words";
import { host, others } from "./servers";

// ServerField says at which server the account is. Where this app speaks to one
// server alone, there is nothing to choose.
export function ServerField({ value, onServer }: { value: string; onServer: (server: string) => void }) {
  const id = useId();
  const rest = others();
  if (rest.length === 0) return <p class="link-server small soft">{t("link.confirm.server")} <strong data-testid="server">{host("")}</strong></p>;
  return (
    <div>
      <label for={id}>{t("link.server.label")}</label>
      <select id={id} value={value} data-testid="server" aria-describedby={`${id}-hint`} onChange={(event) => onServer(event.currentTarget.value)}>
        <option value="">{t("link.server.own", { host: host("") })}</option>
        {rest.map((server) => <option key={server} value={server}>{host(server)}</option>)}
      </select>
      <span class="hint" id={`${id}-hint`}>{t("link.server.hint")}</span>
    </div>
  );
}
