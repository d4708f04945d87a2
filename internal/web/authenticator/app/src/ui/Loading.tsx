import { t } from "../words";

// Loading holds the place of what is on its way. Lines are how much of it there
// will be, so that nothing jumps.
export function Loading({ text = t("shell.loading"), lines = 3 }: { text?: string; lines?: number }) {
  return (
    <div class="loading" role="status" data-testid="loading">
      <span class="visually-hidden">{text}</span>
      {Array.from({ length: lines }, (_, line) => <span key={line} class="bone" aria-hidden="true" />)}
    </div>
  );
}
