import { useEffect } from "preact/hooks";
import { to } from "../router";
import { Back } from "../ui/Back";
import { t } from "../words";
import { ImportDone } from "./ImportDone";
import { ImportPassword } from "./ImportPassword";
import { ImportStart } from "./ImportStart";
import { restart, step } from "./importing";

// ImportScreen brings codes from services and from other apps.
export function ImportScreen() {
  useEffect(() => restart, []);
  return (
    <div class="stack">
      <Back to={to("codes")} />
      <Content />
    </div>
  );
}

function Content() {
  const now = step.value;
  if (now.is === "done") return <ImportDone outcome={now.outcome} />;
  if (now.is === "sealed") return <ImportPassword open={now.open} />;
  return (
    <>
      <h1>{t("codes.import.title")}</h1>
      <p class="soft">{t("codes.import.lead")}</p>
      <ImportStart batches={now.is === "batches" ? now.batches : undefined} />
    </>
  );
}
