import { useState } from "preact/hooks";
import { Choice } from "../ui/Choice";
import { Form } from "../ui/Form";
import { Quote } from "../ui/Quote";
import { t } from "../words";
import { Problem } from "../wire/problem";
import type { Named } from "../wire/types";

// DirectoryForm lets the person say which of several services is meant.
export function DirectoryForm({ directories, onChoose }: { directories: Named[]; onChoose: (directory: string) => Promise<void> }) {
  const [chosen, setChosen] = useState(directories[0]?.id ?? "");
  return (
    <Form word={t("link.directory.go")} busyWord={t("link.busy")} testid="choose-directory" onSubmit={() => onChoose(chosen)}>
      <fieldset class="stack-small" data-testid="directories">
        <legend>{t("link.directory.legend")}</legend>
        {directories.map(({ id, name }) => (
          <Choice key={id} name="directory" value={id} checked={id === chosen} onChange={() => setChosen(id)}><Quote text={name} /></Choice>
        ))}
      </fieldset>
    </Form>
  );
}

// toChoose gives the services among which the server asks to choose, none when
// the error is another one.
export function toChoose(error: unknown): Named[] {
  return error instanceof Problem && error.code === "directory_required" ? error.directories : [];
}
