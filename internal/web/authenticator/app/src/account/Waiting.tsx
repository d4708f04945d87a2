import type { ComponentChildren } from "preact";
import { Button } from "../ui/Button";
import { ErrorNote } from "../ui/ErrorNote";
import { Loading } from "../ui/Loading";
import { t } from "../words";
import type { Loaded } from "./useLoad";

// Waiting shows what was asked for, that it is on its way, or why it is not
// there and a way to ask again.
export function Waiting<T>({ of: { value, error, again }, text, children }: { of: Loaded<T>; text: string; children: (value: T) => ComponentChildren }) {
  const failed = error !== undefined && (
    <div class="stack-small">
      <ErrorNote error={error} />
      <Button kind="quiet" testid="retry" onClick={() => void again()}>{t("shell.retry")}</Button>
    </div>
  );
  if (value === undefined) return failed || <Loading text={text} />;
  return <>{failed}{children(value)}</>;
}
