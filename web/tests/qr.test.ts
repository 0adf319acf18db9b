import decode from 'jsqr';
import { describe, expect, test } from 'vitest';
import { qr } from '../src/ui/qr';
import type { Modules } from '../src/ui/qr';

/** As another implementation draws it. */
const H = [
  '####### # #   #######',
  '#     #  ## # #     #',
  '# ### # ####  # ### #',
  '# ### #  # ## # ### #',
  '# ### #  #### # ### #',
  '#     # ## ## #     #',
  '####### # # # #######',
  '         ## #        ',
  '# #   ##       #  # #',
  '# #      # # ### ##  ',
  '# # #####  ### ### ##',
  '### ##   # # ### ##  ',
  '## #  ##  ########## ',
  '        ###         #',
  '####### # #   #   # #',
  '#     #  #  #   #  # ',
  '# ### #  ##   #   ###',
  '# ### #   ## ### ##  ',
  '# ### # ## ### ### ##',
  '#     #  # # ### ##  ',
  '####### ########### #',
];

function text(code: Modules | null): string[] {
  return (code ?? []).map((row) => row.map((dark) => (dark ? '#' : ' ')).join(''));
}

/** What a phone's camera would make of the code: read by a decoder of its own, four pixels a module. */
function read(code: Modules | null): string | undefined {
  const rows = code ?? [];
  const size = (rows.length + 8) * 4;
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (rows[Math.floor(y / 4) - 4]?.[Math.floor(x / 4) - 4] === true) {
        pixels.fill(0, (y * size + x) * 4, (y * size + x) * 4 + 3);
      }
    }
  }
  return decode(pixels, size, size)?.data;
}

describe('a QR code', () => {
  test.each([
    'h',
    'https://sight.example.org/#share=aB3_-xYz',
    'owntracks:///config?inline=' + 'eyJfdHlwZSI6ImNvbmZp'.repeat(20),
    '0123456789',
    'Zoë ünd Ðora',
  ])('is read as what it says: %s', (said) => {
    expect(read(qr(said))).toBe(said);
  });

  test('grows with its text, and ends where its versions do', () => {
    expect(qr('h')).toHaveLength(21);
    expect(qr('x'.repeat(14))).toHaveLength(21);
    expect(qr('x'.repeat(15))).toHaveLength(25);
    expect(qr('x'.repeat(107))).toHaveLength(45);
    expect(qr('x'.repeat(213))).toHaveLength(57);
    expect(qr('x'.repeat(214))).toHaveLength(61);
    expect(qr('x'.repeat(997))).toHaveLength(117);
    expect(qr('x'.repeat(998))).toBeNull();
    expect(qr('ü'.repeat(499))).toBeNull();
  });

  test('has its three finders, its timing and its dark module', () => {
    const rows = text(qr('https://sight.example.org/#share=aB3_-xYz'));
    const size = rows.length;
    for (const [x, y] of [
      [0, 0],
      [size - 7, 0],
      [0, size - 7],
    ] as const) {
      const found = rows.slice(y, y + 7).map((row) => row.slice(x, x + 7));
      expect(found).toEqual([
        '#######',
        '#     #',
        '# ### #',
        '# ### #',
        '# ### #',
        '#     #',
        '#######',
      ]);
    }
    expect(rows[6]?.slice(8, size - 8)).toBe('# '.repeat(size).slice(0, size - 16));
    expect(rows[size - 8]?.[8]).toBe('#');
  });

  test('is drawn as others draw it', () => {
    expect(text(qr('h'))).toEqual(H);
  });

  test.each([85, 122, 450, 900, 997])('of %i bytes is read, too', (length) => {
    const long = ('https://sight.example.org/#share=' + 'aB3_-xYz'.repeat(200)).slice(0, length);
    expect(read(qr(long))).toBe(long);
  });
});
