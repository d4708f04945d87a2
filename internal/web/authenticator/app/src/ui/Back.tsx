import { t } from "../words";
import { Icon } from "./Icon";

// Back leads one screen up.
export function Back({ to, word = t("shell.back") }: { to: string; word?: string }) {
  return <a class="back" href={to} data-testid="back"><Icon name="back" />{word}</a>;
}
