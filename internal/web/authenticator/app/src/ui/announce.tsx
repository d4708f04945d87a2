import { signal } from "@preact/signals";

const spoken = signal("");
const shown = signal<{ text: string; turn: number } | undefined>(undefined);
let turn = 0;

const long = 4000;

// announce tells screen readers.
export function announce(text: string): void {
  spoken.value = "";
  setTimeout(() => { spoken.value = text; }, 30);
}

// toast tells everybody, for a moment.
export function toast(text: string): void {
  announce(text);
  const mine = ++turn;
  shown.value = { text, turn: mine };
  setTimeout(() => { if (shown.peek()?.turn === mine) shown.value = undefined; }, long);
}

// Announcements are where both appear; the frame has them once.
export function Announcements() {
  return (
    <>
      <div id="live" class="visually-hidden" aria-live="assertive">{spoken.value}</div>
      {shown.value && <div class="toast" aria-hidden="true" data-testid="toast" key={shown.value.turn}>{shown.value.text}</div>}
    </>
  );
}
