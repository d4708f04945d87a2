import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "./announce";

const holdTime = 1500;
const slowTime = 3000;
const armDelay = 350;
const armedTime = 10_000;

export interface HoldProps {
  children: ComponentChildren;
  armed: string; // what it says between two presses
  slow?: boolean; // where there is a reason to think twice
  busy?: boolean;
  disabled?: boolean;
  describedBy?: string;
  testid?: string;
  onDone: () => void;
}

type Phase = "idle" | "arming" | "armed";

// Hold is a button for what should not happen by accident: it is held, or
// pressed twice with a moment in between. Keyboards hold Enter or Space; screen
// readers, which send a press and no more, press twice.
export function Hold({ children, armed, slow, busy, disabled, describedBy, testid, onDone }: HoldProps) {
  const [phase, setPhase] = useState<Phase>("idle");
  const [holding, setHolding] = useState(false);
  const timers = useRef({ hold: 0, arm: 0, disarm: 0, held: false });
  const off = disabled || busy;
  const stop = () => {
    clearTimeout(timers.current.hold);
    setHolding(false);
  };
  const clear = () => {
    clearTimeout(timers.current.arm);
    clearTimeout(timers.current.disarm);
  };
  useEffect(() => () => { stop(); clear(); }, []);
  const done = () => {
    stop();
    clear();
    setPhase("idle");
    onDone();
  };
  const begin = () => {
    if (off) return;
    timers.current.held = false;
    setHolding(true);
    clearTimeout(timers.current.hold);
    timers.current.hold = window.setTimeout(() => {
      timers.current.held = true;
      done();
    }, slow ? slowTime : holdTime);
  };
  const press = () => {
    if (off || timers.current.held) {
      timers.current.held = false;
      return;
    }
    if (phase === "armed") return done();
    if (phase !== "idle") return;
    setPhase("arming");
    announce(armed);
    timers.current.arm = window.setTimeout(() => setPhase("armed"), armDelay);
    timers.current.disarm = window.setTimeout(() => setPhase("idle"), armedTime);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    if (event.repeat) event.preventDefault();
    else begin();
  };
  return (
    <button type="button" class={`hold wide${slow ? " slow" : ""}${holding ? " holding" : ""}`} data-testid={testid} data-state={phase} aria-describedby={describedBy}
      aria-busy={busy ? "true" : undefined} disabled={disabled} onClick={press} onKeyDown={key} onKeyUp={stop} onBlur={stop}
      onPointerDown={(event) => { if (event.button === 0) begin(); }} onPointerUp={stop} onPointerLeave={stop} onPointerCancel={stop}
      onContextMenu={(event) => event.preventDefault()}>
      <span class="hold-word">{phase === "idle" ? children : armed}</span>
    </button>
  );
}
