import { useState } from "preact/hooks";
import { to } from "../router";
import { Scanner } from "../scan/scanner";
import { ErrorNote } from "../ui/ErrorNote";
import { t } from "../words";
import { readInvitation } from "./invitation";
import { invited } from "./step";
import { understood } from "./trouble";

// ScanWay reads an invitation off a picture, which the camera or a file gives.
export function ScanWay() {
  const [error, setError] = useState<unknown>();
  const [seed, setSeed] = useState(false);
  const found = (text: string) => {
    const read = readInvitation(text);
    setSeed(read === "seed");
    try {
      invited(understood(read));
    } catch (caught) {
      setError(caught);
    }
  };
  return (
    <section class="card raised stack">
      <h1>{t("link.scan.title")}</h1>
      <p>{t("link.scan.lead")}</p>
      <Scanner onText={found} />
      <ErrorNote error={error} />
      {seed && <p><a href={to("codes", "import")} data-testid="import-instead">{t("link.misread.seed.import")}</a></p>}
      <p><a href={to("link", "code")} data-testid="type-instead">{t("link.scan.type")}</a></p>
    </section>
  );
}
