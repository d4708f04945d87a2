import { Countdown, useNow } from "../ui/Countdown";
import { t } from "../words";
import { CodeRow, type CodeRowProps } from "./CodeRow";
import { clock, type Shown } from "./shown";

// The next code is shown in the last seconds: who begins to type then types that.
const soonBelow = 5000;

export interface CodeGroupProps extends Pick<CodeRowProps, "arranging" | "onMove" | "onEdit"> {
  period: number; // seconds
  codes: readonly Shown[];
}

// CodeGroup is the codes that change at the same moment, under one ring.
export function CodeGroup({ period, codes, ...row }: CodeGroupProps) {
  const now = useNow(clock);
  const whole = period * 1000;
  const step = Math.floor(now / whole);
  const left = (step + 1) * whole - now;
  return (
    <section class="code-group">
      <div class="code-time">
        <Countdown left={left} whole={whole} testid="totp-left" />
        <span class="small soft" aria-hidden="true">{t("codes.fresh", { n: Math.ceil(left / 1000) })}</span>
      </div>
      <ul class="rows codes" data-testid="codes">
        {codes.map((one) => <CodeRow key={one.id} one={one} step={step} soon={left <= soonBelow} {...row} />)}
      </ul>
    </section>
  );
}
