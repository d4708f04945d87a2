import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import { Quote, visible } from "../ui/Quote";
import { ago, t, when } from "../words";
import type { Sibling } from "./calls";

const pictures: Record<string, IconName> = { android: "device", ios: "device", web: "devices", cli: "devices" };

// DeviceRow is one device of the person.
export function DeviceRow({ device, clock, onUnlink }: { device: Sibling; clock: { now(): number }; onUnlink: () => void }) {
  return (
    <div class="row-body" data-testid="device" data-id={device.id}>
      <span class="row-picture"><Icon name={pictures[device.platform] ?? "key"} /></span>
      <span class="row-text">
        <span><Quote text={device.name} />{device.this && <> <span class="tag">{t("account.devices.this")}</span></>}</span>
        <span>{t("account.devices.since", { when: when(device.created_at) })}</span>
        {device.last_seen_at && !device.this && <span>{t("account.devices.seen", { when: ago(device.last_seen_at, clock.now()) })}</span>}
      </span>
      {!device.this && (
        <Button kind="quiet" size="small" testid="unlink-other" label={t("account.devices.unlink.label", { name: visible(device.name) })} onClick={onUnlink}>
          {t("account.devices.unlink")}
        </Button>
      )}
    </div>
  );
}
