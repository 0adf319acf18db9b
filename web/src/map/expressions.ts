/** Expressions of the map's style: values that change as one zooms. */
import type { ExpressionSpecification } from 'maplibre-gl';

type Stop = readonly [zoom: number, value: number | ExpressionSpecification];

/** A value that changes evenly from stop to stop as one zooms. */
export function byZoom(...stops: Stop[]): ExpressionSpecification {
  return [
    'interpolate',
    ['linear'],
    ['zoom'],
    ...stops.flat(),
  ] as unknown as ExpressionSpecification;
}

/** The same, doubling rather than adding: for widths that keep their size on the ground. */
export function growing(base: number, ...stops: Stop[]): ExpressionSpecification {
  return [
    'interpolate',
    ['exponential', base],
    ['zoom'],
    ...stops.flat(),
  ] as unknown as ExpressionSpecification;
}

/** How many ranks of names are shown at a zoom. */
export function upToRank(...stops: [zoom: number, rank: number][]): ExpressionSpecification {
  const [first, ...rest] = stops as [[number, number], ...[number, number][]];
  return [
    '<=',
    ['get', 'rank'],
    ['step', ['zoom'], first[1], ...rest.flat()],
  ] as unknown as ExpressionSpecification;
}
