/**
 * Writes fonts/: the page's two typefaces as it uses them, and fonts.css, which declares them.
 *
 * Of the letters that every visit needs (Latin) only the weights and the features that the style
 * sheets ask for are kept: half the bytes. Other scripts stay as the packages have them; a browser
 * fetches those only where such a letter is written. Italics are the browser's own slant.
 *
 *     node scripts/build-fonts.mjs
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const FOLDER = here('../fonts');
const OUTPUT = `${FOLDER}/fonts.css`;
const MADE_FROM = [fileURLToPath(import.meta.url), here('../package-lock.json')];

/** Weights and features that the style sheets name; web/tests/fonts.test.ts holds them to this. */
export const WEIGHTS = { min: 400, max: 700 };
export const FEATURES = ['cv05', 'cv11', 'ss03', 'tnum'];
/** What a typeface does unasked, and what names in other languages need. */
const ALWAYS = ['kern', 'mark', 'mkmk', 'ccmp', 'locl'];

const FACES = [
  { name: 'inter', ranges: WEIGHTS },
  { name: 'jetbrains-mono', ranges: WEIGHTS },
];

const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** The characters of a unicode-range. */
function lettersOf(range) {
  let letters = '';
  for (const [, first, last] of range.matchAll(/U\+([0-9A-F]+)(?:-([0-9A-F]+))?/gi)) {
    const end = parseInt(last ?? first, 16);
    for (let code = parseInt(first, 16); code <= end; code++) {
      // Halves of a pair are no characters.
      if (code < 0xd800 || code > 0xdfff) letters += String.fromCodePoint(code);
    }
  }
  return letters;
}

/** The declarations of one typeface, with its Latin letters made smaller beside them. */
async function declare({ name, ranges }, subsetFont) {
  const css = here(`../node_modules/@fontsource-variable/${name}/index.css`);
  const folder = dirname(css);
  const faces = [...readFileSync(css, 'utf8').matchAll(/@font-face \{[^}]*\}/g)];
  if (faces.length === 0) throw new Error(`${css} declares no typeface`);
  const told = [];
  for (const [face] of faces) {
    const file = /url\(\.\/(files\/[\w.-]+\.woff2)\)/.exec(face)?.[1];
    const range = /unicode-range: ([^;]+);/.exec(face)?.[1];
    if (file === undefined || range === undefined) throw new Error(`${css}: cannot read ${face}`);
    if (!file.includes('-latin-wght-normal')) {
      told.push(face.replace(`./${file}`, relative(FOLDER, `${folder}/${file}`)));
      continue;
    }
    const smaller = await subsetFont(readFileSync(`${folder}/${file}`), lettersOf(range), {
      targetFormat: 'woff2',
      variationAxes: { wght: ranges },
      keepFeatures: [...ALWAYS, ...FEATURES],
    });
    writeFileSync(`${FOLDER}/${name}-latin.woff2`, smaller);
    const weights = `font-weight: ${ranges.min} ${ranges.max}`;
    told.push(
      face.replace(`./${file}`, `./${name}-latin.woff2`).replace(/font-weight: [\d ]+/, weights),
    );
  }
  return told.join('\n');
}

async function build() {
  // Imported late: loading it takes longer than finding that nothing is to be done.
  const { default: subsetFont } = await import('subset-font');
  mkdirSync(FOLDER, { recursive: true });
  const declared = [];
  for (const face of FACES) declared.push(await declare(face, subsetFont));
  writeFileSync(OUTPUT, declared.join('\n'));
  console.log(`fonts: ${FACES.map(({ name }) => name).join(', ')} written`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (changedAt(OUTPUT) < Math.max(...MADE_FROM.map(changedAt))) await build();
}
