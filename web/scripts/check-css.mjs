/**
 * Finds sizes in the style sheets that are no tokens of src/theme/tokens.css: a raw size of type, a
 * radius, a layer (z-index), a space.
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
export function faults(css) {
  const found = [];
  const text = css.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '));
  for (const match of text.matchAll(/(?<=[{;\s])([a-z-]+):\s*([^;{}]+);/g)) {
    const [, property, value] = match;
    for (const { of, wrong, say } of RULES) {
      if (!of.test(property) || !wrong(value.trim().replace(/\s+/g, ' '))) continue;
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
          ...faults(css),
          ...unknownTokens(css, tokens).map((token) => `--${token} is declared nowhere`),
        ].map((fault) => `${folder}/${name}:${fault}`);
      }),
  );
  for (const each of said) console.error(each);
  if (said.length > 0) process.exitCode = 1;
}
