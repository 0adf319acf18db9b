import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FEATURES, WEIGHTS } from '../../scripts/build-fonts.mjs';

/** All style sheets of the page and the documents. */
const sheets = ['src', 'docs'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.css'))
    .map((name) => readFileSync(join(folder, name), 'utf8')),
);
const css = sheets.join('\n');

describe('the letters that are kept', () => {
  test('have each weight that a style sheet asks for', () => {
    const weights = [...css.matchAll(/font(?:-weight)?:\s*(\d{3})\b/g)].map(([, w]) => Number(w));
    expect(weights.length).toBeGreaterThan(20);
    expect(Math.min(...weights)).toBeGreaterThanOrEqual(WEIGHTS.min);
    expect(Math.max(...weights)).toBeLessThanOrEqual(WEIGHTS.max);
  });

  test('have each feature that a style sheet asks for', () => {
    const asked = [...css.matchAll(/font-feature-settings:\s*([^;]+);/g)].flatMap(([, all]) =>
      [...(all ?? '').matchAll(/'(\w{4})'/g)].map(([, feature]) => feature),
    );
    expect(asked.length).toBeGreaterThan(0);
    for (const feature of asked) expect(FEATURES).toContain(feature);
    const numeric = [...css.matchAll(/font-variant-numeric:\s*([\w-]+);/g)].map(([, kind]) => kind);
    expect(new Set(numeric)).toEqual(new Set(['tabular-nums'])); // tnum
  });
});
