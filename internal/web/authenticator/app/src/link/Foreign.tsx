import { Button } from "../ui/Button";
import { Quote } from "../ui/Quote";
import { t } from "../words";
import { host, itsAuthenticator } from "./servers";
import { restart } from "./step";

// Foreign refuses a server that this app may not speak to, and leads to the one
// that may. The code travels in the fragment, which no server sees.
export function Foreign({ server, code }: { server: string; code: string | undefined }) {
  return (
    <section class="card raised stack" data-testid="foreign">
      <h1>{t("link.foreign.title")}</h1>
      <p class="server-name" data-testid="server"><Quote text={host(server)} /></p>
      <p>{t("link.foreign.text")}</p>
      <a class="button wide" href={itsAuthenticator(server, code)} target="_blank" rel="noopener noreferrer" data-testid="open-foreign">
        {t("link.foreign.open", { host: host(server) })}
      </a>
      <Button kind="quiet" size="wide" testid="cancel-link" onClick={restart}>{t("link.confirm.cancel")}</Button>
    </section>
  );
}
