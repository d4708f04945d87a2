import { useMemo } from "preact/hooks";
import { draw } from "./qr/qr";

const quiet = 4; // squares of light around it, without which readers do not find it

// QRCode shows a text to cameras, dark on light in every theme. It is nothing
// for a text that does not fit.
export function QRCode({ text, label }: { text: string; label: string }) {
  const grid = useMemo(() => draw(text), [text]);
  if (!grid) return null;
  const side = grid.size + 2 * quiet;
  const squares: string[] = [];
  for (let y = 0; y < grid.size; y++) for (let x = 0; x < grid.size; x++) if (grid.is(x, y)) squares.push(`M${x + quiet} ${y + quiet}h1v1h-1z`);
  return (
    <svg class="qr" viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label} shape-rendering="crispEdges" data-testid="qr">
      <rect width={side} height={side} fill="#fff" />
      <path d={squares.join("")} fill="#000" />
    </svg>
  );
}
