import { createHash } from 'node:crypto';
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

describe('a QR code', () => {
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

  test.each([
    [85, '2601f608de4babe9e463057782ce1c7f8ca0bf892fc6eb9587bf45213dbdc4af'],
    [122, '7eef86c3f525c8566f6a4aeeea1a5b8c62f12c20a59f1c931be784581eaf0c94'],
    [450, '6c4c4ab46323537e0931ee117daf10614bd6ce756efd903c976c80d52db4903b'],
    [900, '45d3e81afb376d58e186e0be980335db6276c8f90c9ebc5a286029af91812fa0'],
  ])('of %i bytes has the very modules that others draw', (length, sum) => {
    const long = ('https://sight.example.org/#share=' + 'aB3_-xYz'.repeat(200)).slice(0, length);
    const digits = (qr(long) ?? []).map((row) => row.map(Number).join('')).join('\n');
    expect(createHash('sha256').update(digits).digest('hex')).toBe(sum);
  });
});
