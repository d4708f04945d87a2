import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../words";

// useNow gives a clock's time again and again while it is shown.
export function useNow(clock: { now(): number }, every = 500): number {
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(clock.now()), every);
    return () => clearInterval(timer);
  }, [clock, every]);
  return now;
}

export interface CountdownProps {
  left: number; // milliseconds
  whole: number; // milliseconds that are the full ring
  testid?: string;
}

// Countdown is a ring that empties, with the seconds in it.
export function Countdown({ left, whole, testid }: CountdownProps) {
  const ring = useRef<SVGCircleElement>(null);
  const part = Math.max(0, Math.min(1, left / whole));
  useEffect(() => { ring.current?.style.setProperty("stroke-dashoffset", String(100 - 100 * part)); }, [part]);
  const seconds = Math.max(0, Math.ceil(left / 1000));
  return (
    <span class={`ring${seconds <= 5 ? " soon" : ""}`} role="timer" aria-label={t("shell.seconds", { n: seconds })}>
      <svg viewBox="0 0 36 36" aria-hidden="true">
        <circle class="ring-track" cx="18" cy="18" r="15" />
        <circle class="ring-left" cx="18" cy="18" r="15" pathLength={100} ref={ring} />
      </svg>
      <span class="ring-text" data-testid={testid}>{seconds}</span>
    </span>
  );
}
