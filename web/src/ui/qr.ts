/**
 * QR codes (ISO/IEC 18004) of links: byte mode, error correction level M, versions 1 to 25, which is
 * up to 997 bytes. Pure: a text in, rows of dark (true) and light modules out.
 */

export type Modules = readonly (readonly boolean[])[];

/** Of each version: check codewords per block, then [number of blocks, data codewords in each]. */
const VERSIONS: readonly (readonly [check: number, ...blocks: (readonly [number, number])[]])[] = [
  [10, [1, 16]],
  [16, [1, 28]],
  [26, [1, 44]],
  [18, [2, 32]],
  [24, [2, 43]],
  [16, [4, 27]],
  [18, [4, 31]],
  [22, [2, 38], [2, 39]],
  [22, [3, 36], [2, 37]],
  [26, [4, 43], [1, 44]],
  [30, [1, 50], [4, 51]],
  [22, [6, 36], [2, 37]],
  [22, [8, 37], [1, 38]],
  [24, [4, 40], [5, 41]],
  [24, [5, 41], [5, 42]],
  [28, [7, 45], [3, 46]],
  [28, [10, 46], [1, 47]],
  [26, [9, 43], [4, 44]],
  [26, [3, 44], [11, 45]],
  [26, [3, 41], [13, 42]],
  [26, [17, 42]],
  [28, [17, 46]],
  [28, [4, 47], [14, 48]],
  [28, [6, 45], [14, 46]],
  [28, [8, 47], [13, 48]],
];

/** The modules of a text; null when it is too long. */
export function qr(text: string): Modules | null {
  const bytes = new TextEncoder().encode(text);
  const version = VERSIONS.findIndex((_, n) => bytes.length <= room(n + 1)) + 1;
  if (version === 0) return null;
  const bits = interleaved(codewords(bytes, version), version).flatMap((byte) => bitsOf(byte, 8));
  let best: Grid | null = null;
  let least = Infinity;
  for (let mask = 0; mask < 8; mask++) {
    const grid = drawn(bits, version, mask);
    const score = penalty(grid.dark);
    if (score < least) [best, least] = [grid, score];
  }
  return best?.dark ?? null;
}

// -- from text to codewords

function dataSize(version: number): number {
  const [, ...blocks] = VERSIONS[version - 1] ?? [0];
  return blocks.reduce((sum, [count, size]) => sum + count * size, 0);
}

/** Bits of the number that says how many bytes there are. */
function countBits(version: number): number {
  return version < 10 ? 8 : 16;
}

function room(version: number): number {
  return Math.floor((dataSize(version) * 8 - 4 - countBits(version)) / 8);
}

function bitsOf(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, n) => (value >> (count - 1 - n)) & 1);
}

function codewords(bytes: Uint8Array, version: number): number[] {
  const size = dataSize(version);
  const bits = [
    ...bitsOf(0b0100, 4), // byte mode
    ...bitsOf(bytes.length, countBits(version)),
    ...[...bytes].flatMap((byte) => bitsOf(byte, 8)),
  ];
  bits.push(...bitsOf(0, Math.min(4, size * 8 - bits.length)));
  while (bits.length % 8 !== 0) bits.push(0);
  const words: number[] = [];
  for (let at = 0; at < bits.length; at += 8) {
    words.push(bits.slice(at, at + 8).reduce((word, bit) => word * 2 + bit, 0));
  }
  const filled = words.length;
  while (words.length < size) words.push((words.length - filled) % 2 === 0 ? 0xec : 0x11);
  return words;
}

/** The data in blocks, each with its check codewords, all taken in turns. */
function interleaved(data: readonly number[], version: number): number[] {
  const [check, ...groups] = VERSIONS[version - 1] ?? [0];
  const generator = generatorOf(check);
  const blocks: number[][] = [];
  let at = 0;
  for (const [count, size] of groups) {
    for (let n = 0; n < count; n++) blocks.push(data.slice(at, (at += size)));
  }
  const checks = blocks.map((block) => remainder(block, generator));
  return [...inTurns(blocks), ...inTurns(checks)];
}

function inTurns(blocks: readonly (readonly number[])[]): number[] {
  const longest = Math.max(...blocks.map((block) => block.length));
  const out: number[] = [];
  for (let n = 0; n < longest; n++) {
    for (const block of blocks) {
      const word = block[n];
      if (word !== undefined) out.push(word);
    }
  }
  return out;
}

// -- Reed-Solomon over GF(256) with the polynomial x^8 + x^4 + x^3 + x^2 + 1

function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    if ((b >> bit) & 1) product ^= a;
  }
  return product;
}

/** The product of (x - 2^n) for n below `degree`, without its leading 1. */
function generatorOf(degree: number): number[] {
  const found = Array.from({ length: degree }, (_, n): number => (n === degree - 1 ? 1 : 0));
  let root = 1;
  for (let n = 0; n < degree; n++) {
    for (let at = 0; at < degree; at++) {
      found[at] = times(found[at] ?? 0, root) ^ (found[at + 1] ?? 0);
    }
    root = times(root, 2);
  }
  return found;
}

function remainder(data: readonly number[], generator: readonly number[]): number[] {
  const left = generator.map(() => 0);
  for (const word of data) {
    const factor = word ^ (left.shift() ?? 0);
    left.push(0);
    generator.forEach((coefficient, n) => {
      left[n] = (left[n] ?? 0) ^ times(coefficient, factor);
    });
  }
  return left;
}

// -- from codewords to modules

class Grid {
  readonly size: number;
  readonly dark: boolean[][];
  /** Modules that hold no data. */
  readonly fixed: boolean[][];

  constructor(size: number) {
    this.size = size;
    this.dark = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
    this.fixed = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  }

  set(x: number, y: number, dark: boolean, fixed = true): void {
    const [row, held] = [this.dark[y], this.fixed[y]];
    if (!row || !held || x < 0 || x >= this.size) return;
    row[x] = dark;
    if (fixed) held[x] = true;
  }
}

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

function drawn(bits: readonly number[], version: number, mask: number): Grid {
  const grid = new Grid(17 + 4 * version);
  const { size } = grid;
  for (let n = 0; n < size; n++) {
    grid.set(6, n, n % 2 === 0);
    grid.set(n, 6, n % 2 === 0);
  }
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const) {
    square(grid, x, y, 4, (ring) => ring !== 2 && ring !== 4);
  }
  const middles = alignment(version);
  const last = middles.at(-1);
  for (const x of middles) {
    for (const y of middles) {
      // Where the three large squares are, there is none.
      if ((x === 6 && y === 6) || (x === 6 && y === last) || (x === last && y === 6)) continue;
      square(grid, x, y, 2, (ring) => ring !== 1);
    }
  }
  format(grid, mask);
  if (version >= 7) numbered(grid, version);
  fill(grid, bits, MASKS[mask] ?? (() => false));
  return grid;
}

function square(
  grid: Grid,
  x: number,
  y: number,
  reach: number,
  dark: (ring: number) => boolean,
): void {
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const [atX, atY] = [x + dx, y + dy];
      if (atY < 0 || atY >= grid.size) continue;
      grid.set(atX, atY, dark(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  }
}

/** The first inner one and the distance from one to the next, of versions 14 and above. */
const ALIGNED: readonly (readonly [first: number, step: number])[] = [
  [26, 20],
  [26, 22],
  [26, 24],
  [30, 24],
  [30, 26],
  [30, 28],
  [34, 28],
  [28, 22],
  [26, 24],
  [30, 24],
  [28, 26],
  [32, 26],
];

function alignment(version: number): number[] {
  if (version === 1) return [];
  const last = 10 + 4 * version;
  if (version < 7) return [6, last];
  const [first, step] = ALIGNED[version - 14] ?? [6 + (last - 6) / 2, last];
  const middles = [6];
  for (let at = first; at < last; at += step) middles.push(at);
  return [...middles, last];
}

/** The remainder of a code's polynomial division, for format and version. */
function bch(value: number, generator: number, degree: number): number {
  let rest = value << degree;
  for (let bit = 31 - Math.clz32(rest); bit >= degree; bit--) {
    if ((rest >> bit) & 1) rest ^= generator << (bit - degree);
  }
  return rest;
}

/** Level M is 00, so the mask alone is the value. */
function format(grid: Grid, mask: number): void {
  const value = ((mask << 10) | bch(mask, 0x537, 10)) ^ 0x5412;
  const { size } = grid;
  for (let n = 0; n < 15; n++) {
    const dark = ((value >> n) & 1) === 1;
    if (n < 6) grid.set(8, n, dark);
    else if (n < 8) grid.set(8, n + 1, dark);
    else if (n === 8) grid.set(7, 8, dark);
    else grid.set(14 - n, 8, dark);
    if (n < 8) grid.set(size - 1 - n, 8, dark);
    else grid.set(8, size - 15 + n, dark);
  }
  grid.set(8, size - 8, true);
}

function numbered(grid: Grid, version: number): void {
  const value = (version << 12) | bch(version, 0x1f25, 12);
  for (let n = 0; n < 18; n++) {
    const dark = ((value >> n) & 1) === 1;
    const [along, across] = [Math.floor(n / 3), grid.size - 11 + (n % 3)];
    grid.set(across, along, dark);
    grid.set(along, across, dark);
  }
}

/** The data, in columns of two from the right, up and down in turns. */
function fill(grid: Grid, bits: readonly number[], mask: (x: number, y: number) => boolean): void {
  const { size } = grid;
  let at = 0;
  let up = true;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5; // the column of the timing pattern
    for (let n = 0; n < size; n++) {
      const y = up ? size - 1 - n : n;
      for (const x of [right, right - 1]) {
        if (grid.fixed[y]?.[x]) continue;
        const bit = bits[at++] === 1;
        grid.set(x, y, bit !== mask(x, y), false);
      }
    }
    up = !up;
  }
}

/** How hard it would be to read: runs, blocks, what looks like a finder, and too much of one. */
function penalty(rows: Modules): number {
  const columns = rows.map((_, x) => rows.map((row) => row[x] ?? false));
  let score = 0;
  for (const line of [...rows, ...columns]) {
    const text = line.map((dark) => (dark ? '1' : '0')).join('');
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) score += run.length - 2;
    for (let at = 0; at + 11 <= text.length; at++) {
      const eleven = text.slice(at, at + 11);
      if (eleven === '10111010000' || eleven === '00001011101') score += 40;
    }
  }
  let dark = 0;
  rows.forEach((row, y) => {
    row.forEach((is, x) => {
      if (is) dark++;
      const below = rows[y + 1];
      if (
        below &&
        x + 1 < row.length &&
        row[x + 1] === is &&
        below[x] === is &&
        below[x + 1] === is
      )
        score += 3;
    });
  });
  const percent = (100 * dark) / (rows.length * rows.length);
  return score + 10 * Math.floor(Math.abs(percent - 50) / 5);
}
