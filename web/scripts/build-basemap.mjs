/**
 * Writes public/basemap/world.pmtiles, the offline base map, from npm data packages alone.
 * Takes some seconds once; afterwards milliseconds, until these scripts or the packages change.
 */
import { mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const FOLDER = here('../public/basemap');
const OUTPUT = `${FOLDER}/world.pmtiles`;
const STEPS = here('./basemap');
const MADE_FROM = [
  fileURLToPath(import.meta.url),
  here('../package-lock.json'),
  ...readdirSync(STEPS).map((name) => `${STEPS}/${name}`),
];

const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function say(text) {
  // A line that grows in place for people, one line at the end for logs.
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${text}`);
}

async function build() {
  const started = Date.now();
  // Imported late: loading the packages takes longer than finding that nothing is to be done.
  const [atlas, places, tiles, pmtiles] = await Promise.all([
    import('./basemap/atlas.mjs'),
    import('./basemap/places.mjs'),
    import('./basemap/tiles.mjs'),
    import('./basemap/pmtiles.mjs'),
  ]);
  say('basemap: reading land, coast and borders');
  const fine = atlas.loadAtlas('10m');
  const world = {
    land: atlas.landOf(fine),
    coast: atlas.coastOf(fine),
    borders: atlas.bordersOf(fine),
    countries: atlas.countryNames(atlas.loadAtlas('50m')),
    towns: places.townsBySize(),
  };
  const cut = tiles.cutTiles(world, (share) =>
    say(`basemap: cutting tiles, ${Math.round(share * 100)} %`),
  );
  const archive = pmtiles.writePmtiles(cut, {
    name: 'Sightline world',
    attribution: 'Natural Earth, GeoNames (CC BY 4.0)',
    vector_layers: ['land', 'coast', 'borders', 'country', 'place'].map((id) => ({
      id,
      fields: {},
    })),
  });
  mkdirSync(FOLDER, { recursive: true });
  // Written beside and renamed, so that an interrupted build leaves no half archive.
  writeFileSync(`${OUTPUT}.part`, archive);
  renameSync(`${OUTPUT}.part`, OUTPUT);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const megabytes = (archive.length / 1e6).toFixed(2);
  say('');
  console.log(`basemap: ${cut.length} tiles, ${megabytes} MB, ${seconds} s`);
}

if (changedAt(OUTPUT) > Math.max(...MADE_FROM.map(changedAt))) {
  console.log('basemap: up to date');
} else {
  try {
    await build();
  } catch (error) {
    say('');
    if (error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'MODULE_NOT_FOUND') {
      console.error(`basemap: a package is missing; run "npm ci" first.\n${error.message}`);
    } else {
      console.error('basemap: could not be built.', error);
    }
    process.exitCode = 1;
  }
}
