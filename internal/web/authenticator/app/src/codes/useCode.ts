// One code on the screen, and the one that follows it.

import { useEffect, useState } from "preact/hooks";
import { codeAt } from "../../../../protocol/modules/totp.js";
import type { Shown } from "./shown";

export interface Code {
  readonly now: string;
  readonly next: string;
}

const unknown: Code = { now: "", next: "" };

/** useCode gives the code of a step of time, and the next. */
export function useCode(one: Shown, step: number): Code {
  const [code, setCode] = useState(unknown);
  const { maker, period } = one;
  useEffect(() => {
    let gone = false;
    const at = (which: number) => which * period * 1000;
    maker()
      .then((made) => Promise.all([codeAt(made, at(step)), codeAt(made, at(step + 1))]))
      .then(([now, next]) => { if (!gone) setCode({ now: now.value, next: next.value }); }, () => { if (!gone) setCode(unknown); });
    return () => { gone = true; };
  }, [one.entry ?? one.id, step]);
  return code;
}

/** grouped sets a code in two halves, as people read it out. */
export function grouped(code: string): readonly [string, string] {
  const middle = Math.ceil(code.length / 2);
  return [code.slice(0, middle), code.slice(middle)];
}
