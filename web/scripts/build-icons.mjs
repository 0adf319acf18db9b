/**
 * Writes public/icons/: the pictures that an installed app needs, all made of public/icon.svg.
 *
 *     node scripts/build-icons.mjs
 *
 * | file                 | what it is for                                                           |
 * |----------------------|--------------------------------------------------------------------------|
 * | icon-192, icon-512   | the app's icon where it is shown as it is                                |
 * | maskable-192, -512   | the same where a phone cuts it to its own shape: the ground goes to the  |
 * |                      | edge, and what matters stays within the circle that is never cut         |
 * | apple-touch-icon     | the home screen of an iPhone, which rounds the corners itself            |
 * | badge-96             | beside the clock of Android: only the shape counts, not the colours      |
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const FOLDER = here('../public/icons');
const SOURCE = here('../public/icon.svg');
const MADE_FROM = [SOURCE, fileURLToPath(import.meta.url)];
/** Of a maskable icon a circle of four fifths is never cut: the W3C's "safe zone". */
const SAFE = 0.72;

/** The ground to its edges, and the drawing smaller, in the middle. */
export function maskable(svg) {
  const [, size] = /viewBox="0 0 (\d+) \1"/.exec(svg) ?? [];
  const ground = /<rect width="\d+" height="\d+"[^>]*\/>/.exec(svg)?.[0];
  if (size === undefined || ground === undefined) throw new Error('icon.svg has no square ground');
  const edge = (Number(size) * (1 - SAFE)) / 2;
  return svg
    .replace(
      ground,
      `${ground.replace(/ rx="\d+"/, '')}<g transform="translate(${edge} ${edge}) scale(${SAFE})">`,
    )
    .replace('</svg>', '</g></svg>');
}

/** The drawing alone, in white. */
export function silhouette(svg) {
  return svg.replace(/<rect[^>]*\/>/, '').replaceAll('url(#g)', '#fff');
}

const icons = (svg) => [
  ['icon-192', svg, 192],
  ['icon-512', svg, 512],
  ['maskable-192', maskable(svg), 192],
  ['maskable-512', maskable(svg), 512],
  ['apple-touch-icon', maskable(svg), 180],
  ['badge-96', silhouette(svg), 96],
];

const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

async function build() {
  const svg = readFileSync(SOURCE, 'utf8');
  const all = icons(svg).map(([name, drawing, width]) => [`${FOLDER}/${name}.png`, drawing, width]);
  const newest = Math.max(...MADE_FROM.map(changedAt));
  if (all.every(([path]) => changedAt(path) >= newest)) return;
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
  const wasm = createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm');
  await initWasm(readFileSync(wasm));
  mkdirSync(FOLDER, { recursive: true });
  for (const [path, drawing, width] of all) {
    const picture = new Resvg(drawing, { fitTo: { mode: 'width', value: width } }).render();
    writeFileSync(path, picture.asPng());
  }
  console.log(`icons: ${all.length} written`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
