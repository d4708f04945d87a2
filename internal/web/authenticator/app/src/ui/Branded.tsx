import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Account } from "../state/account";
import { applyBrand } from "./brand";

// Branded shows what is in it in the colours of an account's directory.
export function Branded({ account, children }: { account: Account; children: ComponentChildren }) {
  const element = useRef<HTMLDivElement>(null);
  const color = account.info.value.branding?.color ?? "";
  useEffect(() => { if (element.current) applyBrand(element.current, color); }, [color]);
  return <div class="branded" ref={element}>{children}</div>;
}
