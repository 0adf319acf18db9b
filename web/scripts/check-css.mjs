/**
 * Finds sizes in the style sheets that are no tokens of src/theme/tokens.css: a raw size of type, a
 * radius, a layer (z-index), a space. And what stands at the left or right, where it should be at the
 * start or end of lines: those run from right to left in some languages.
 *
 *     node scripts/check-css.mjs src docs
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Spaces beyond this are measures of the layout; in pixels. */
const MEASURE = 32;
/** Places are as far from an edge as these, or they are measures. */
const SPACES = [4, 8, 12, 16, 24];

/** All sizes in pixels in a value, also within `calc()`. */
const pixels = (value) =>
  [...value.matchAll(/(?<![\w.-])-?([\d.]+)px\b/g)].map(([, size]) => Number(size));

/** Sheets of which left and right are meant: what lies on the map, where east is at the right. */
const PHYSICAL_SHEETS = ['map/map.css', 'map/sketch.css'];
/** Declarations of which left and right are meant. */
const PHYSICAL = new Set([
  // The middle is the middle; what is moved from there goes by --side.
  'left: 50%',
  // Upright sliders are turned, and their logical sides with them.
  'margin-left: calc(-1 * var(--space-4))',
]);
/** Four sides, of which the second and fourth are the right and the left one. */
const hasSides = (value) => {
  const sides = value.match(/(?:[^\s()]|\((?:[^()]|\([^()]*\))*\))+/g) ?? [];
  return sides.length === 4 && sides[1] !== sides[3];
};

const SIDES = [
  {
    of: /^(left|right|(margin|padding|border)-(left|right).*|border-(top|bottom)-(left|right)-radius)$/,
    wrong: (value, property) =>
      !PHYSICAL.has(`${property}: ${value}`) && !value.startsWith('calc(50% + var(--side) *'),
    say: 'a side is the start or the end of lines (inset-inline-start, margin-inline-end)',
  },
  {
    of: /^(text-align|float|clear|transform-origin|transition)$/,
    wrong: (value) => /(?<![\w-])(left|right)(?![\w-])/.test(value),
    say: 'a side is start or end',
  },
  {
    of: /^(padding|margin|inset|border-width)$/,
    wrong: hasSides,
    say: 'unlike sides are written as -block and -inline',
  },
];

const RULES = [
  {
    of: /^font(-size)?$/,
    wrong: (value) => /(?<![\w.-])[\d.]+(px|pt|r?em|%)(?![\w-])/.test(value.split("'")[0]),
    say: 'a size of type is a --type- token',
  },
  {
    of: /radius$/,
    wrong: (value) => /(?<![\w.-])(?!0\b)[\d.]+(px|%|r?em)/.test(value),
    say: 'a radius is a --radius- token',
  },
  {
    of: /^z-index$/,
    wrong: (value) => /^-?\d+$/.test(value),
    say: 'a layer is a --layer- token',
  },
  {
    of: /^(margin|padding|gap|row-gap|column-gap)/,
    wrong: (value) => pixels(value).some((size) => size > 0 && size <= MEASURE),
    say: 'a space is a --space- token',
  },
  {
    of: /^(inset|top|right|bottom|left)/,
    wrong: (value) => pixels(value).some((size) => SPACES.includes(size)),
    say: 'a space to an edge is a --space- token',
  },
];

/** What is wrong with a style sheet, in sentences with the number of the line. */
export function faults(css, name = '') {
  const rules = PHYSICAL_SHEETS.includes(name) ? RULES : [...RULES, ...SIDES];
  const found = [];
  const text = css.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '));
  for (const match of text.matchAll(/(?<=[{;\s])([a-z-]+):\s*([^;{}]+);/g)) {
    const [, property, value] = match;
    for (const { of, wrong, say } of rules) {
      if (!of.test(property) || !wrong(value.trim().replace(/\s+/g, ' '), property)) continue;
      const line = text.slice(0, match.index).split('\n').length;
      found.push(`${line}: ${property}: ${value.trim()}: ${say}`);
    }
  }
  return found;
}

/** Names of tokens that are used and declared nowhere. */
export function unknownTokens(css, tokens) {
  const declared = new Set([...tokens.matchAll(/--([\w-]+):/g)].map(([, name]) => name));
  return [...css.matchAll(/var\(--((?:type|space|radius|layer)-[\w-]+)/g)]
    .map(([, name]) => name)
    .filter((name) => !declared.has(name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = process.argv[2] ?? 'src';
  const tokens = readFileSync(join(root, 'theme/tokens.css'), 'utf-8');
  const said = process.argv.slice(2).flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.css') && !name.endsWith('tokens.css'))
      .flatMap((name) => {
        const css = readFileSync(join(folder, name), 'utf-8');
        return [
          ...faults(css, name),
          ...unknownTokens(css, tokens).map((token) => `--${token} is declared nowhere`),
        ].map((fault) => `${folder}/${name}:${fault}`);
      }),
  );
  for (const each of said) console.error(each);
  if (said.length > 0) process.exitCode = 1;
}
