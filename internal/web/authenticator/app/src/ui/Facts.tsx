import type { ComponentChildren } from "preact";

// Facts are labels with their values. Those without a value are left out.
export function Facts({ of, testid }: { of: [ComponentChildren, ComponentChildren][]; testid?: string }) {
  const there = of.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return <dl class="facts" data-testid={testid}>{there.map(([label, value], at) => <div key={at}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>;
}
