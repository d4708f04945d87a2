import { Field } from "../ui/Field";
import { t } from "../words";
import { longestName } from "./devicename";

// NameField asks what the owner calls this device.
export function NameField({ value, onText }: { value: string; onText: (name: string) => void }) {
  return <Field label={t("link.name.label")} hint={t("link.name.hint")} value={value} onText={onText} maxLength={longestName} autocomplete="off" testid="device-name" />;
}
