import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { t } from "../words";
import { kind, lockAll, locked } from "./lock";

// LockButton locks at once, from every screen. Without a lock it is not there.
export function LockButton() {
  if (kind.value === "none" || locked.value) return null;
  return <Button kind="plain" size="small" label={t("codes.lock.now")} testid="lock-now" onClick={lockAll}><Icon name="lock" /></Button>;
}
