// Whether somebody has had the end of a text before their eyes.

import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

// useSeen says whether the end was above the bar, which may cover it, at any
// moment since it is shown.
export function useSeen(end: RefObject<HTMLElement | null>, bar: RefObject<HTMLElement | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (seen) return;
    const look = () => {
      const edge = bar.current?.getBoundingClientRect().top ?? innerHeight;
      const place = end.current?.getBoundingClientRect();
      if (place && place.bottom <= edge + 1) setSeen(true);
    };
    const sizes = new ResizeObserver(look);
    for (const { current } of [end, bar]) if (current) sizes.observe(current);
    addEventListener("scroll", look, { passive: true, capture: true });
    look();
    return () => {
      sizes.disconnect();
      removeEventListener("scroll", look, { capture: true });
    };
  }, [seen]);
  return seen;
}
