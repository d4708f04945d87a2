// scrypt (RFC 7914), which browsers do not have and Aegis' files need. It is
// short enough to be written here, and loaded only for such a file.

/** Cost says how much work and memory a key costs. */
export interface Cost {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

// A file says itself what it costs to open. Aegis asks for 32 MiB; four times
// that is the most that a phone's browser should be made to spend.
const maxMemory = 128 * 2 ** 20;
const maxLanes = 4;

/** affordable tells whether a cost is one that scrypt may be asked for. */
export function affordable({ n, r, p }: Cost): boolean {
  const whole = [n, r, p].every((value) => Number.isInteger(value) && value >= 1);
  return whole && n >= 2 && (n & (n - 1)) === 0 && n <= 2 ** 20 && p <= maxLanes && 128 * r * n <= maxMemory;
}

/** scrypt gives 32 bytes. It lets the page breathe while it works. */
export async function scrypt(password: Uint8Array<ArrayBuffer>, salt: Uint8Array<ArrayBuffer>, cost: Cost): Promise<Uint8Array<ArrayBuffer>> {
  if (!affordable(cost)) throw new RangeError("this cost is not affordable");
  const { n, r, p } = cost;
  const mixed = await pbkdf2(password, salt, 128 * r * p);
  for (let lane = 0; lane < p; lane++) await mix(mixed.subarray(128 * r * lane, 128 * r * (lane + 1)), n, r);
  return pbkdf2(password, mixed, 32);
}

async function pbkdf2(password: Uint8Array<ArrayBuffer>, salt: Uint8Array<ArrayBuffer>, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: 1 }, key, length * 8));
}

// between two breaths lie this many blocks: some milliseconds.
const stretch = 1024;

async function mix(lane: Uint8Array, n: number, r: number): Promise<void> {
  const words = 32 * r;
  const view = new DataView(lane.buffer, lane.byteOffset, lane.byteLength);
  const x = new Uint32Array(words);
  const spare = new Uint32Array(words);
  const table = new Uint32Array(words * n);
  for (let i = 0; i < words; i++) x[i] = view.getUint32(4 * i, true);
  for (let i = 0; i < n; i++) {
    table.set(x, i * words);
    mixBlock(x, spare, r);
    if (i % stretch === 0) await breath();
  }
  for (let i = 0; i < n; i++) {
    const from = ((x[words - 16] ?? 0) & (n - 1)) * words;
    for (let k = 0; k < words; k++) x[k] = (x[k] ?? 0) ^ (table[from + k] ?? 0);
    mixBlock(x, spare, r);
    if (i % stretch === 0) await breath();
  }
  for (let i = 0; i < words; i++) view.setUint32(4 * i, x[i] ?? 0, true);
}

const breath = () => new Promise((resolve) => setTimeout(resolve));

// mixBlock is BlockMix: even blocks come to the front, odd ones to the back.
function mixBlock(x: Uint32Array, spare: Uint32Array, r: number): void {
  const carried = x.slice(-16);
  for (let block = 0; block < 2 * r; block++) {
    for (let k = 0; k < 16; k++) carried[k] = (carried[k] ?? 0) ^ (x[block * 16 + k] ?? 0);
    salsa(carried);
    spare.set(carried, ((block & 1) * r + (block >> 1)) * 16);
  }
  x.set(spare);
}

// The quarter rounds of Salsa20/8: columns, then rows. Each quarter names its
// four words.
const quarters = [
  [0, 4, 8, 12], [5, 9, 13, 1], [10, 14, 2, 6], [15, 3, 7, 11],
  [0, 1, 2, 3], [5, 6, 7, 4], [10, 11, 8, 9], [15, 12, 13, 14],
].flat();

function salsa(block: Uint32Array): void {
  const x = block.slice();
  for (let round = 0; round < 8; round += 2) {
    for (let q = 0; q < 32; q += 4) {
      const a = quarters[q]!, b = quarters[q + 1]!, c = quarters[q + 2]!, d = quarters[q + 3]!;
      x[b]! ^= rotate(x[a]! + x[d]!, 7);
      x[c]! ^= rotate(x[b]! + x[a]!, 9);
      x[d]! ^= rotate(x[c]! + x[b]!, 13);
      x[a]! ^= rotate(x[d]! + x[c]!, 18);
    }
  }
  for (let k = 0; k < 16; k++) block[k] = block[k]! + x[k]!;
}

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
