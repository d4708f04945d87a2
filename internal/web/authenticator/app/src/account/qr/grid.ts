// The squares of a QR code: the patterns by which readers find it, and room for
// what it says.

// Grid has a dark or a light square at each place; fixed ones belong to patterns.
export class Grid {
  readonly size: number;
  private readonly dark: boolean[];
  private readonly fixed: boolean[];

  constructor(readonly version: number) {
    this.size = version * 4 + 17;
    this.dark = Array<boolean>(this.size ** 2).fill(false);
    this.fixed = Array<boolean>(this.size ** 2).fill(false);
    this.timing();
    for (const [x, y] of [[3, 3], [this.size - 4, 3], [3, this.size - 4]] as const) this.rings(x, y, 4);
    this.alignment();
    this.format(0);
    this.versionBits();
  }

  is(x: number, y: number): boolean {
    return this.dark[y * this.size + x] ?? false;
  }

  free(x: number, y: number): boolean {
    return !this.fixed[y * this.size + x];
  }

  paint(x: number, y: number, dark: boolean): void {
    this.dark[y * this.size + x] = dark;
  }

  // format writes the level M and the mask, twice, protected by 10 bits.
  format(mask: number): void {
    const data = mask; // the bits of the level M are zero
    const bits = ((data << 10) | remainder(data, 10, 0x537)) ^ 0x5412;
    const last = this.size - 1;
    for (let i = 0; i < 15; i++) {
      const dark = ((bits >> i) & 1) === 1;
      const beside = i < 6 ? i : i < 8 ? i + 1 : 0;
      if (i < 8) this.fix(8, beside, dark);
      else this.fix(i === 8 ? 7 : 14 - i, 8, dark);
      if (i < 8) this.fix(last - i, 8, dark);
      else this.fix(8, last - 14 + i, dark);
    }
    this.fix(8, last - 7, true);
  }

  private versionBits(): void {
    if (this.version < 7) return;
    const bits = (this.version << 12) | remainder(this.version, 12, 0x1f25);
    for (let i = 0; i < 18; i++) {
      const dark = ((bits >> i) & 1) === 1;
      const long = this.size - 11 + (i % 3);
      const short = Math.floor(i / 3);
      this.fix(long, short, dark);
      this.fix(short, long, dark);
    }
  }

  private timing(): void {
    for (let i = 0; i < this.size; i++) {
      this.fix(6, i, i % 2 === 0);
      this.fix(i, 6, i % 2 === 0);
    }
  }

  private alignment(): void {
    const middle = alignments[this.version - 1] ?? [];
    const last = middle.at(-1);
    for (const x of middle) {
      for (const y of middle) {
        const corner = (x === 6 && (y === 6 || y === last)) || (x === last && y === 6);
        if (!corner) this.rings(x, y, 2);
      }
    }
  }

  // rings draws squares around a middle; what is beyond the edge is left out.
  private rings(x: number, y: number, reach: number): void {
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const distance = Math.max(Math.abs(dx), Math.abs(dy));
        const dark = reach === 2 ? distance !== 1 : distance !== 2 && distance !== 4;
        if (x + dx >= 0 && x + dx < this.size && y + dy >= 0 && y + dy < this.size) this.fix(x + dx, y + dy, dark);
      }
    }
  }

  private fix(x: number, y: number, dark: boolean): void {
    this.paint(x, y, dark);
    this.fixed[y * this.size + x] = true;
  }
}

// alignments are the middles of the small squares, by version.
const alignments: number[][] = [
  [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50], [6, 30, 54], [6, 32, 58],
  [6, 34, 62], [6, 26, 46, 66], [6, 26, 48, 70], [6, 26, 50, 74], [6, 30, 54, 78], [6, 30, 56, 82], [6, 30, 58, 86], [6, 34, 62, 90],
];

// remainder is what a polynomial of bits leaves, the protection of format and version.
function remainder(data: number, degree: number, by: number): number {
  let rest = data;
  for (let i = 0; i < degree; i++) rest = (rest << 1) ^ ((rest >> (degree - 1)) * by);
  return rest;
}
