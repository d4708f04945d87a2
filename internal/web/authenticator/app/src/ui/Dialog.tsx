import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

export interface DialogProps {
  title: ComponentChildren;
  children: ComponentChildren;
  onClose: () => void; // by Escape or by a press outside
  testid?: string;
}

// Dialog stands above everything until it is closed: a sheet at the thumb on a
// phone, a window on a desktop. The browser keeps the focus inside, and gives it
// back to where it was.
export function Dialog({ title, children, onClose, testid }: DialogProps) {
  const id = useId();
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => { if (before instanceof HTMLElement && before.isConnected) before.focus(); };
  }, []);
  const outside = (event: MouseEvent) => { if (event.target === element.current) onClose(); };
  return (
    <dialog ref={element} aria-labelledby={id} data-testid={testid} onClick={outside} onCancel={(event) => { event.preventDefault(); onClose(); }}>
      <div class="sheet stack">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
