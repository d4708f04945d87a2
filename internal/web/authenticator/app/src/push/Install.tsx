import { Button } from "../ui/Button";
import { t } from "../words";
import { install, way } from "./install";

// Install puts the app on the home screen, or says how to.
export function Install() {
  const now = way.value;
  if (now === "installed") return <p data-testid="installed">{t("push.app.installed")}</p>;
  return (
    <div class="stack" data-testid="install" data-way={now}>
      <p>{t("push.app.text")}</p>
      {now === "prompt" ? <Button kind="quiet" onClick={() => void install()} testid="install-app">{t("push.app.install")}</Button> : <p class="hint">{t(`push.app.${now}`)}</p>}
    </div>
  );
}
