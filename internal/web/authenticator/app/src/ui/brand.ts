// A directory's colour, taken from nothing but six hexadecimal digits.

type RGB = [number, number, number];

// rgb reads "#rrggbb" and nothing else.
export function rgb(color: string): RGB | undefined {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  return found ? [parseInt(found[1]!, 16), parseInt(found[2]!, 16), parseInt(found[3]!, 16)] : undefined;
}

// luminance is the relative luminance of WCAG 2.
function luminance(color: RGB): number {
  const [r, g, b] = color.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as RGB;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const contrast = (a: number, b: number): number => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

// onBrand is the text colour that is easier to read on a brand's.
export function onBrand(color: RGB): string {
  const ground = luminance(color);
  return contrast(ground, 1) >= contrast(ground, 0) ? "#ffffff" : "#000000";
}

// applyBrand gives an element and what is in it the colours, or takes them away.
export function applyBrand(element: HTMLElement, color: string): void {
  const read = rgb(color);
  element.style.removeProperty("--brand");
  element.style.removeProperty("--on-brand");
  if (!read) return;
  element.style.setProperty("--brand", color);
  element.style.setProperty("--on-brand", onBrand(read));
}
