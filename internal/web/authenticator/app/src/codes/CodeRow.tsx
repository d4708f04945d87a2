import { useEffect, useState } from "preact/hooks";
import { Avatar } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { copy } from "../ui/Copy";
import { Icon } from "../ui/Icon";
import { Quote } from "../ui/Quote";
import { toast } from "../ui/announce";
import { t } from "../words";
import { nameOf, type Shown } from "./shown";
import { grouped, useCode } from "./useCode";

export interface CodeRowProps {
  one: Shown;
  step: number; // of time, in periods
  soon: boolean; // the code is about to change
  arranging: boolean;
  onMove: (one: Shown, by: 1 | -1) => void;
  onEdit: (one: Shown) => void;
}

// CodeRow is one code. A press anywhere on it copies it.
export function CodeRow({ one, step, soon, arranging, onMove, onEdit }: CodeRowProps) {
  const code = useCode(one, step);
  const name = nameOf(one);
  return (
    <li class="code-row" data-testid="code">
      <Avatar name={one.issuer || one.label} size="small" />
      <div class="code-text">
        <span class="code-name"><Quote text={one.issuer || one.label || name} />{one.issuer && one.label && <Quote class="soft" text={one.label} />}</span>
        <span class="code-line">
          <Digits of={code.now} soon={soon} />
          {soon && code.next !== "" && <span class="code-next"><Icon name="next" /><span class="visually-hidden">{t("codes.next")} </span><span class="mono" data-testid="next-code">{grouped(code.next).join(" ")}</span></span>}
        </span>
      </div>
      {arranging ? <Arranging one={one} name={name} onMove={onMove} onEdit={onEdit} /> : <CopyCode code={code.now} name={name} />}
    </li>
  );
}

// Digits are read out one by one.
function Digits({ of, soon }: { of: string; soon: boolean }) {
  return (
    <span class={`totp${soon ? " soon" : ""}`}>
      <span class="visually-hidden">{[...of].join(" ")}</span>
      <span class="halves" aria-hidden="true" data-testid="totp">{grouped(of).map((half, at) => <span key={at}>{half}</span>)}</span>
    </span>
  );
}

const feedback = 2000;

function CopyCode({ code, name }: { code: string; name: string }) {
  const [copied, setCopied] = useState("");
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(""), feedback);
    return () => clearTimeout(timer);
  }, [copied]);
  const press = () => copy(code).then(() => setCopied(code), () => toast(t("codes.copy.failed")));
  return (
    <button type="button" class={`plain code-copy${copied ? " copied" : ""}`} disabled={code === ""} aria-label={t("codes.copy.of", { name })} data-testid="copy-totp" data-copy={code} onClick={() => void press()}>
      <Icon name={copied ? "check" : "copy"} />
    </button>
  );
}

function Arranging({ one, name, onMove, onEdit }: { name: string } & Pick<CodeRowProps, "one" | "onMove" | "onEdit">) {
  if (!one.entry) return <span class="tag">{t("codes.linked")}</span>;
  return (
    <div class="code-tools">
      <Button kind="plain" size="small" label={t("codes.up.of", { name })} testid="code-up" onClick={() => onMove(one, -1)}><Icon name="up" /></Button>
      <Button kind="plain" size="small" label={t("codes.down.of", { name })} testid="code-down" onClick={() => onMove(one, 1)}><Icon name="down" /></Button>
      <Button kind="plain" size="small" label={t("codes.edit.of", { name })} testid="code-edit" onClick={() => onEdit(one)}><Icon name="edit" /></Button>
    </div>
  );
}
