import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

// useStage leads keyboards and screen readers along where one part of a screen
// takes the place of another: what was pressed is gone, and the new part begins
// with its heading. A field that took the focus itself keeps it.
export function useStage<T extends HTMLElement>(stage: string): RefObject<T | null> {
  const element = useRef<T>(null);
  const before = useRef(stage);
  useEffect(() => {
    if (before.current === stage) return;
    before.current = stage;
    const heading = element.current?.querySelector("h1");
    if (!heading || element.current?.contains(document.activeElement)) return;
    heading.tabIndex = -1;
    heading.focus();
  }, [stage]);
  return element;
}
