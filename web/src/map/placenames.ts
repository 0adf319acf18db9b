/** The names on the base map, and the dots of its towns: which are shown, how large, and where. */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';
import { byZoom, upToRank } from './expressions';
import { LOWEST_NAMES, world } from './layerids';
import type { Tones } from './tones';

const REGULAR = ['Inter Variable'];
// MapLibre reads weight and slant from the first name and takes the font from the rest.
const SEMIBOLD = ['Inter Variable SemiBold', 'Inter Variable'];
const ITALIC = ['Inter Variable Italic', 'Inter Variable'];

/** The smallest town (thousands of people) that is shown at a zoom. */
const BIG_ENOUGH: ExpressionSpecification = [
  '>=',
  ['get', 'pop'],
  [
    'interpolate',
    ['exponential', 0.6],
    ['zoom'],
    ...[2.5, 5000, 4, 1600, 5, 520, 6, 220, 7, 60, 8, 20, 9, 8, 10, 3],
  ],
] as unknown as ExpressionSpecification;

const POP: ExpressionSpecification = ['get', 'pop'];
const LARGEST_FIRST: ExpressionSpecification = ['-', 0, POP];

function byPop(...stops: [pop: number, value: number][]): ExpressionSpecification {
  return ['interpolate', ['linear'], POP, ...stops.flat()] as unknown as ExpressionSpecification;
}

/**
 * Where a town's name may stand, in ems from its dot. The name of a large one may also stand
 * farther off: somebody's portrait often covers the dot, and where they are is then worth knowing.
 */
const NEAR = ['left', [0.55, 0], 'right', [-0.55, 0], 'top', [0, 0.55], 'bottom', [0, -0.55]];
const FARTHER = [2.4, 4.6].flatMap((ems) => [
  ...['bottom', [0, -ems], 'left', [ems, 0]],
  ...['right', [-ems, 0], 'top', [0, ems]],
]);
const fartherFrom = (pop: number) => [
  'case',
  ['>=', POP, pop],
  ['literal', [...NEAR, ...FARTHER]],
  ['literal', NEAR],
];
const BESIDE_THE_DOT = [
  'step',
  ['zoom'],
  ['literal', NEAR], // from afar, an inch is a country
  4.5,
  fartherFrom(800),
  7,
  fartherFrom(80),
] as unknown as ExpressionSpecification;

/** The name of a large country may be moved off its middle to where nothing covers it. */
const NEAR_THE_MIDDLE = [
  'case',
  ['<=', ['get', 'rank'], 2],
  ['literal', [1.6, 3.2].reduce<unknown[]>(aboveAndBelow, ['center', [0, 0]])],
  ['literal', ['center', [0, 0]]],
] as unknown as ExpressionSpecification;

function aboveAndBelow(anchors: unknown[], ems: number): unknown[] {
  return [...anchors, 'top', [0, ems], 'bottom', [0, -ems]];
}

export function placeDots(tones: Tones): LayerSpecification {
  return {
    id: 'place-dot',
    type: 'circle',
    ...world('place'),
    minzoom: 2.5,
    filter: BIG_ENOUGH,
    paint: {
      'circle-radius': byPop([0, 1.2], [100, 1.7], [5000, 3]),
      'circle-color': tones.land,
      'circle-stroke-color': tones.placeDot,
      'circle-stroke-width': 1.2,
    },
  };
}

/** Layers of names, the lowest first. */
export function names(tones: Tones): LayerSpecification[] {
  return [seaNames(tones), countryNames(tones), townNames(tones)];
}

function seaNames(tones: Tones): LayerSpecification {
  return {
    id: LOWEST_NAMES,
    type: 'symbol',
    source: 'seas',
    minzoom: 1.5,
    filter: upToRank([0, 0], [2, 1], [3.2, 2], [4.2, 3], [5.5, 4]),
    layout: {
      'text-field': ['get', 'name'],
      'text-font': ITALIC,
      'text-size': byZoom([2, 11], [6, 14]),
      'text-letter-spacing': 0.12,
      'text-max-width': 6,
      'symbol-sort-key': ['get', 'rank'],
    },
    paint: {
      'text-color': tones.seaName,
      'text-halo-color': tones.sea,
      'text-halo-width': 1,
    },
  };
}

function countryNames(tones: Tones): LayerSpecification {
  return {
    id: 'country',
    type: 'symbol',
    ...world('country'),
    minzoom: 1.2,
    maxzoom: 7,
    filter: upToRank([0, 0], [2, 1], [3, 2], [3.8, 3], [4.8, 4]),
    layout: {
      'text-field': ['upcase', ['get', 'name']],
      'text-font': SEMIBOLD,
      'text-size': byZoom(
        [1, ['-', 10, ['get', 'rank']]],
        [5, ['-', 16.5, ['*', 1.5, ['get', 'rank']]]],
      ),
      'text-letter-spacing': 0.16,
      'text-max-width': 7,
      'text-padding': 4,
      'text-variable-anchor-offset': NEAR_THE_MIDDLE,
      'symbol-sort-key': ['get', 'rank'],
    },
    paint: {
      'text-color': tones.country,
      'text-halo-color': tones.halo,
      'text-halo-width': 1.4,
      'text-opacity': byZoom([5.5, 1], [7, 0.25]),
    },
  };
}

function townNames(tones: Tones): LayerSpecification {
  return {
    id: 'place',
    type: 'symbol',
    ...world('place'),
    minzoom: 2.5,
    filter: BIG_ENOUGH,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': REGULAR,
      'text-size': byZoom(
        [3, byPop([100, 10.5], [8000, 12.5])],
        [8, byPop([20, 11.5], [200, 13], [1000, 15.5], [8000, 18])],
        [11, byPop([5, 12], [100, 14], [1000, 17], [8000, 20])],
      ),
      'text-variable-anchor-offset': BESIDE_THE_DOT,
      'text-justify': 'auto',
      'text-padding': 3,
      'symbol-sort-key': LARGEST_FIRST,
    },
    paint: {
      'text-color': ['case', ['==', ['get', 'cap'], 1], tones.capital, tones.place],
      'text-halo-color': tones.halo,
      'text-halo-width': 1.3,
    },
  };
}
