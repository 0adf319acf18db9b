/** Holds the colour tokens to the contrasts the design promises (WCAG 2, sRGB). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

type Colour = readonly [number, number, number];

const CSS = readFileSync(join(import.meta.dirname, '../src/theme/tokens.css'), 'utf8');

function tokensOf(selector: string): Map<string, string> {
  const block = CSS.slice(CSS.indexOf(`${selector} {`));
  const body = block.slice(0, block.indexOf('\n}'));
  return new Map(
    [...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((match) => [match[1] ?? '', match[2] ?? '']),
  );
}

const THEMES = { dark: tokensOf(':root'), light: tokensOf(":root[data-theme='light']") };

function colour(theme: keyof typeof THEMES, name: string): Colour {
  const hex = /^#([0-9a-f]{6})$/.exec(THEMES[theme].get(name) ?? '')?.[1];
  if (!hex) throw new Error(`no token --${name} in ${theme}`);
  const part = (start: number) => Number.parseInt(hex.slice(start, start + 2), 16);
  return [part(0), part(2), part(4)];
}

function luminance(rgb: Colour): number {
  const [r = 0, g = 0, b = 0] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Colour, b: Colour): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function mixed(over: Colour, under: Colour, share: number): Colour {
  const part = (n: 0 | 1 | 2) => over[n] * share + under[n] * (1 - share);
  return [part(0), part(1), part(2)];
}

describe.each(['dark', 'light'] as const)('in the %s theme', (theme) => {
  const at = (name: string) => colour(theme, name);

  test.each([
    ...['page', 'panel', 'raised', 'hover'].flatMap((ground) => [
      ['text', ground, 11],
      ['muted', ground, 5.5],
    ]),
    ['faint', 'panel', 4.5],
    ['faint', 'raised', 4.5],
    ['text', 'accent-bg', 4.5],
    ['muted', 'accent-bg', 4.5],
    ['accent', 'panel', 4.5],
    ['accent', 'accent-bg', 4.5],
    ['on-accent', 'accent', 4.5],
    ['on-warn', 'warn', 4.5],
    ['on-stop', 'stop', 4.5],
    ['ok', 'panel', 4.5],
    ['warn', 'panel', 4.5],
    ['bad', 'panel', 4.5],
    ['robot', 'panel', 4.5],
    ['ok', 'page', 4.5],
    ['warn', 'page', 4.5],
    ['bad', 'page', 4.5],
    ['edge', 'panel', 3],
    ['edge', 'raised', 3],
  ] as [string, string, number][])(
    '%s on %s has a contrast of at least %f',
    (ink, ground, least) => {
      expect(contrast(at(ink), at(ground))).toBeGreaterThanOrEqual(least);
    },
  );

  test.each(['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'robot'])(
    'the initials of %s can be read on their avatar, and their ring seen on the sea',
    (name) => {
      const share = Number.parseFloat(THEMES[theme].get('mix') ?? '') / 100;
      const avatar = mixed(at(name), at('panel'), share);
      expect(contrast(at(name), avatar)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(at(name), at('sea'))).toBeGreaterThanOrEqual(3);
    },
  );

  test.each(['ok', 'warn', 'muted'])('a pill in %s can be read', (name) => {
    const share = theme === 'dark' ? 0.15 : 0.11;
    expect(contrast(at(name), mixed(at(name), at('panel'), share))).toBeGreaterThanOrEqual(4.5);
  });

  test('a selected row does not use faint, which would be too weak there', () => {
    expect(contrast(at('faint'), at('accent-bg'))).toBeLessThan(4.5);
  });
});

test('both themes have the same tokens', () => {
  expect([...THEMES.light.keys()].sort()).toEqual([...THEMES.dark.keys()].sort());
});
