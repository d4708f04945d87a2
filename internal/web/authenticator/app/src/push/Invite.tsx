import { useState } from "preact/hooks";
import { inviteDeclined, set } from "../state/settings";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { ErrorNote } from "../ui/ErrorNote";
import { t } from "../words";
import { absentAt, standing, switchOn } from "./pushes";

// Invite offers notifications where they would have helped: beside an empty list.
// Whoever declines finds them in the settings.
export function Invite() {
  const [error, setError] = useState<unknown>();
  if (standing.value !== "off" || !absentAt.value || inviteDeclined.value) return null;
  return (
    <Card testid="push-invite">
      <p>{t("push.invite.text")}</p>
      <ErrorNote error={error} />
      <div class="row">
        <Button testid="push-invite-on" onClick={() => void switchOn().catch(setError)}>{t("push.invite.on")}</Button>
        <Button kind="quiet" testid="push-invite-later" onClick={() => void set("inviteDeclined", true)}>{t("push.invite.later")}</Button>
      </div>
    </Card>
  );
}
