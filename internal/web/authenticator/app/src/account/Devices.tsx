import { useState } from "preact/hooks";
import { to } from "../router";
import type { Account } from "../state/account";
import { toast } from "../ui/announce";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Form } from "../ui/Form";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { visible } from "../ui/Quote";
import { t } from "../words";
import { Problem } from "../wire/problem";
import { devices, type Sibling, unlinkOther } from "./calls";
import { DeviceRow } from "./DeviceRow";
import { prove } from "./prove";
import { useLoad } from "./useLoad";
import { Waiting } from "./Waiting";

// Devices lists what answers for the person, with a way to unlink each of the
// others. This one is unlinked where the account is shown.
export function Devices({ account }: { account: Account }) {
  const loaded = useLoad(() => devices(account));
  const [leaving, setLeaving] = useState<Sibling>();
  return (
    <section class="stack" data-testid="devices">
      <h1>{t("account.devices.title")}</h1>
      <Waiting of={loaded} text={t("account.devices.loading")}>
        {(list) => (
          <>
            {list.length === 1 && <Note kind="wait" testid="only-device"><strong>{t("account.devices.alone.title")}.</strong> {t("account.devices.alone")}</Note>}
            <ul class="rows">{list.map((device) => <li key={device.id}><DeviceRow device={device} clock={account.clock} onUnlink={() => setLeaving(device)} /></li>)}</ul>
          </>
        )}
      </Waiting>
      <a class="button quiet wide" href={to("account", account.id, "add")} data-testid="add-device"><Icon name="plus" />{t("account.menu.add")}</a>
      {leaving && <UnlinkOther account={account} device={leaving} onDone={loaded.again} onClose={() => setLeaving(undefined)} />}
    </section>
  );
}

interface UnlinkProps {
  account: Account;
  device: Sibling;
  onDone: () => Promise<void>;
  onClose: () => void;
}

function UnlinkOther({ account, device: { id, name }, onDone, onClose }: UnlinkProps) {
  const shown = visible(name);
  const unlink = async () => {
    await prove(t("account.devices.unlink.title", { name: shown }));
    await unlinkOther(account, id).catch((error: unknown) => {
      if (!(error instanceof Problem) || error.code !== "device_missing") throw error;
    });
    toast(t("account.devices.unlinked", { name: shown }));
    onClose();
    await onDone();
  };
  return (
    <Dialog title={t("account.devices.unlink.title", { name: shown })} onClose={onClose} testid="unlink-other-dialog">
      <p>{t("account.devices.unlink.text")}</p>
      <Form word={t("account.devices.unlink")} busyWord={t("account.devices.unlink.busy")} danger testid="confirm-unlink-other" onSubmit={unlink} />
      <Button kind="quiet" size="wide" testid="keep" onClick={onClose}>{t("account.unlink.keep")}</Button>
    </Dialog>
  );
}
