import { useId } from "preact/hooks";
import { language as chosen, set } from "../state/settings";
import { languages, preferred, t } from "../words";

// Language chooses the words of the app. Each language is named in itself, for
// whoever cannot read the one in use.
export function Language() {
  const id = useId();
  return (
    <div>
      <label for={id}>{t("shell.settings.language")}</label>
      <select id={id} value={chosen.value} data-testid="language" onChange={(event) => void set("language", event.currentTarget.value)}>
        <option value="">{t("shell.settings.language.auto", { language: languages[preferred()] })}</option>
        {Object.entries(languages).map(([tag, name]) => <option key={tag} value={tag} lang={tag}>{name}</option>)}
      </select>
    </div>
  );
}
