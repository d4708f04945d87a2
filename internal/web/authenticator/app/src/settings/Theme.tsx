import { set, theme, type Theme as Choice } from "../state/settings";
import { Segments } from "../ui/Segments";
import { t } from "../words";

// Theme chooses light or dark, or leaves it to the system.
export function Theme() {
  const options: { value: Choice; word: string; testid: string }[] = [
    { value: "system", word: t("shell.settings.theme.system"), testid: "theme-system" },
    { value: "light", word: t("shell.settings.theme.light"), testid: "theme-light" },
    { value: "dark", word: t("shell.settings.theme.dark"), testid: "theme-dark" },
  ];
  return <Segments label={t("shell.settings.theme")} options={options} value={theme.value} onChange={(value) => void set("theme", value)} />;
}
