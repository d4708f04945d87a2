// Error correction of QR codes: Reed-Solomon over the field of 256 elements
// with the polynomial x⁸+x⁴+x³+x²+1.

const polynomial = 0x11d;

function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ (product & 0x80 ? polynomial : 0);
    if ((b >> bit) & 1) product ^= a;
  }
  return product;
}

// divisor has the powers of two up to the degree as its roots; its leading one is
// left out.
function divisor(degree: number): number[] {
  let result: number[] = [...Array<number>(degree - 1).fill(0), 1];
  let root = 1;
  for (let i = 0; i < degree; i++) {
    result = result.map((value, at) => times(value, root) ^ (result[at + 1] ?? 0));
    root = times(root, 2);
  }
  return result;
}

// correction gives the bytes by which a reader repairs a block of data.
export function correction(data: readonly number[], degree: number): number[] {
  const by = divisor(degree);
  let rest: number[] = Array<number>(degree).fill(0);
  for (const value of data) {
    const factor = value ^ (rest[0] ?? 0);
    rest = [...rest.slice(1), 0].map((old, at) => old ^ times(by[at] ?? 0, factor));
  }
  return rest;
}
