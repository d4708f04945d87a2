import { useState } from "preact/hooks";
import { hideMessage, notifications, set } from "../state/settings";
import { Choice } from "../ui/Choice";
import { ErrorNote } from "../ui/ErrorNote";
import { Note } from "../ui/Note";
import { t } from "../words";
import { absentAt, failure, type Standing, standing, switchOff, switchOn } from "./pushes";

// Notifications is the switch for pushes, and how it stands with them.
export function Notifications() {
  const [error, setError] = useState<unknown>();
  const now = standing.value;
  const able = now !== "absent" && now !== "install" && now !== "none" && now !== "denied";
  const flip = (on: boolean) => {
    setError(undefined);
    (on ? switchOn() : switchOff()).catch(setError);
  };
  return (
    <div class="stack" data-testid="notifications" data-standing={now}>
      <Choice type="switch" checked={able && now !== "off"} disabled={!able} onChange={flip} hint={t("push.switch.hint")} testid="notifications-switch">{t("push.switch")}</Choice>
      {notifications.value && able && (
        <Choice type="switch" checked={hideMessage.value} onChange={(hide) => void set("hideMessage", hide)} hint={t("push.hide.hint")} testid="notifications-hide">{t("push.hide")}</Choice>
      )}
      <Standing now={now} />
      <ErrorNote error={error} />
    </div>
  );
}

function Standing({ now }: { now: Standing }) {
  const servers = (absentAt.value ?? []).map((server) => (server === "" ? location.host : new URL(server).host));
  switch (now) {
    case "off":
      return null;
    case "on":
      return <Note kind={servers.length > 0 ? "wait" : "good"} testid="push-on">{servers.length > 0 ? t("push.some", { servers: servers.join(", ") }) : t("push.on")}</Note>;
    case "failed":
      return <><ErrorNote error={failure.value} testid="push-failed" /><p class="hint">{t("push.failed")}</p></>;
    case "busy":
      return <p class="hint" role="status">{t("push.busy")}</p>;
    default:
      return <Note kind="wait" testid={`push-${now}`}>{t(`push.${now}`)}</Note>;
  }
}
