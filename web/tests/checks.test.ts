/** The checks of `npm run check` that are our own: each finds what it is for, and nothing else. */
import { describe, expect, test } from 'vitest';
import { faults as sizesIn, unknownTokens } from '../scripts/check-css.mjs';
import { oversized } from '../scripts/check-sizes.mjs';
import { faults as wordsIn, wordsOf } from '../scripts/check-words.mjs';

describe('a style sheet', () => {
  test.each([
    ['padding: 5px', 1],
    ['padding: 1px var(--space-2)', 1],
    ['margin: 0 auto', 0],
    ['margin: calc(-1 * var(--space-2))', 0],
    ['padding: calc(18px + env(safe-area-inset-bottom))', 1],
    ['gap: 32px', 1],
    ['padding-inline-start: 96px', 0],
    ['padding-left: 96px', 1],
    ['left: 50%', 0],
    ['left: calc(50% + var(--side) * 204px)', 0],
    ['text-align: left', 1],
    ['text-align: start', 0],
    ['transition: right 1s', 1],
    ['inset: 0 auto 0 0', 1],
    ['padding: 0 var(--space-1) 0 var(--space-1)', 0],
    ['border-left: 0', 1],
    ['top: 12px', 1],
    ['left: calc(50% + var(--side) * 8px)', 1],
    ['inset-inline-start: 424px', 0],
    ['left: 424px', 1],
    ['font-size: 13px', 1],
    ['font: 600 0.9em/1 sans-serif', 1],
    ["font: var(--type-m) 'Inter 4px'", 0],
    ['border-radius: 6px', 1],
    ['border-radius: 0', 0],
    ['z-index: 3', 1],
    ['z-index: var(--layer-menu)', 0],
  ])('with %s has %i faults', (declaration, count) => {
    expect(sizesIn(`a {\n  ${declaration};\n}\n`)).toHaveLength(count);
  });

  test('of what lies on the map may say left and right', () => {
    expect(sizesIn('a { left: 0; }', 'map/map.css')).toEqual([]);
    expect(sizesIn('a { left: 0; }', 'pages/map/mapview.css')).toHaveLength(1);
  });

  test('is told by its line, comments left aside', () => {
    expect(sizesIn('/* gap: 5px;\n */\na {\n  gap: 5px;\n}\n')).toEqual([
      '4: gap: 5px: a space is a --space- token',
    ]);
  });

  test('uses no token that nobody declared', () => {
    const css = 'a { gap: var(--space-9); color: var(--c); padding: var(--space-1); }';
    expect(unknownTokens(css, '--space-1: 4px;')).toEqual(['space-9']);
  });
});

describe('a source', () => {
  const lines = (count: number) => 'x();\n'.repeat(count);

  test('of more than 400 lines is too large, unless a script made it', () => {
    expect(oversized('a.ts', lines(400))).toEqual([]);
    expect(oversized('a.ts', lines(401))).toHaveLength(1);
    expect(oversized('a.test.ts', lines(401))).toHaveLength(1);
    expect(oversized('generated.ts', lines(401))).toEqual([]);
    expect(oversized('a.css', 'a {}\n'.repeat(400))).toEqual([]);
    expect(oversized('a.css', 'a {}\n'.repeat(401))).toHaveLength(1);
  });

  test('may have functions of 60 lines, and components of 100', () => {
    const named = (name: string, count: number) =>
      oversized('a.ts', `function ${name}() {\n${lines(count - 2)}}\n`);
    expect(named('small', 60)).toEqual([]);
    expect(named('large', 61)).toEqual(['1: function large of 61 lines, at most 60']);
    expect(named('Card', 100)).toEqual([]);
    expect(named('Card', 101)).toHaveLength(1);
  });

  test('has classes of at most 20 methods', () => {
    const methods = (count: number) =>
      Array.from({ length: count }, (_, n) => `m${String(n)}() {}`).join('\n');
    expect(oversized('a.ts', `class A {\n${methods(20)}\n}`)).toEqual([]);
    expect(oversized('a.ts', `class A {\n${methods(21)}\n}`)).toHaveLength(1);
  });
});

describe('a retired word', () => {
  test('is found in names of all sorts', () => {
    const text = [
      'export type DoorState = 1;',
      'function openGate() {}',
      'class Herald { readonly theTape = 1; }',
      'const STANDINGS = [];',
    ].join('\n');
    expect(wordsIn('src/a.ts', text).map((fault) => fault.split(':', 2).join(':'))).toEqual([
      '1: DoorState',
      '2: openGate',
      '3: Herald',
      '3: theTape',
      '4: STANDINGS',
    ]);
    expect(wordsIn('src/rail.css', '')).toHaveLength(1);
  });

  test('that is plain English elsewhere is found where it is the whole name of a type or a file', () => {
    const text = [
      'export type Stay = 1;',
      'class Stays {}',
      'interface Told { readonly told: 1; crossing: 2 }',
      'function Said() { const kept = 1; }',
      'function told() {}',
      'type KeptWords = 1;',
    ].join('\n');
    expect(wordsIn('src/a.ts', text).map((fault) => fault.split(':', 2).join(':'))).toEqual([
      '1: Stay',
      '2: Stays',
      '3: Told',
      '4: Said',
    ]);
    expect(wordsIn('src/crossings.css', '')).toHaveLength(1);
    expect(wordsIn('tests/kept.test.ts', '')).toHaveLength(1);
    expect(wordsIn('src/keptwords.ts', '')).toEqual([]);
  });

  test('is not found inside other words, nor in texts', () => {
    expect(wordsOf('aggregateTapestry')).toEqual(['aggregate', 'tapestry']);
    expect(wordsIn('src/a.ts', "const outdoors = 'the door'; // the gate")).toEqual([]);
  });
});
