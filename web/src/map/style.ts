/**
 * What the base map looks like: a MapLibre style for a theme.
 *
 * The two themes have the same sources, layers and layouts and differ in paint alone, so changing
 * the theme repaints and loads nothing (`repaint` below). There is no `glyphs` address: MapLibre
 * then draws every letter in the browser, in the font the page uses.
 */
import type {
  ExpressionSpecification,
  LayerSpecification,
  Map as MapLibreMap,
  StyleSpecification,
} from 'maplibre-gl';
import type { FeatureCollection } from 'geojson';
import { worldGraticule } from './graticule';
import { SEAS } from './seas';
import { TONES, type Tones } from './tones';
import type { Theme } from './types';

export const ACCURACY = 'accuracy';
export const FINE_GRATICULE = 'graticule-fine';
/** What portraits cover, for names to keep clear of (clearings.ts). */
export const CLEARINGS = 'clearings';
/** Lines of our own go below this layer, and the crowd too: above are names only. */
export const LOWEST_NAMES = 'sea-name';

/** Regions go below this one: what moves is above them. */
export const LOWEST_OF_OURS = 'accuracy-fill';

const REGULAR = ['Inter Variable'];
// MapLibre reads weight and slant from the first name and takes the font from the rest.
const SEMIBOLD = ['Inter Variable SemiBold', 'Inter Variable'];
const ITALIC = ['Inter Variable Italic', 'Inter Variable'];

type Stop = readonly [zoom: number, value: number | ExpressionSpecification];

/** A value that changes evenly from stop to stop as one zooms. */
function byZoom(...stops: Stop[]): ExpressionSpecification {
  return [
    'interpolate',
    ['linear'],
    ['zoom'],
    ...stops.flat(),
  ] as unknown as ExpressionSpecification;
}

/** The same, doubling rather than adding: for widths that keep their size on the ground. */
function growing(base: number, ...stops: Stop[]): ExpressionSpecification {
  return [
    'interpolate',
    ['exponential', base],
    ['zoom'],
    ...stops.flat(),
  ] as unknown as ExpressionSpecification;
}

/** How many ranks of names are shown at a zoom. */
function upToRank(...stops: [zoom: number, rank: number][]): ExpressionSpecification {
  const [first, ...rest] = stops as [[number, number], ...[number, number][]];
  return [
    '<=',
    ['get', 'rank'],
    ['step', ['zoom'], first[1], ...rest.flat()],
  ] as unknown as ExpressionSpecification;
}

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

const NOTHING: FeatureCollection = { type: 'FeatureCollection', features: [] };

const SEA_POINTS: FeatureCollection = {
  type: 'FeatureCollection',
  features: SEAS.map(({ name, lng, lat, rank }) => ({
    type: 'Feature',
    properties: { name, rank },
    geometry: { type: 'Point', coordinates: [lng, lat] },
  })),
};

/**
 * @param archive absolute address of the tile archive
 */
export function mapStyle(theme: Theme, archive: string): StyleSpecification {
  return {
    version: 8,
    name: `Sightline ${theme}`,
    sources: {
      world: { type: 'vector', url: `pmtiles://${archive}` },
      graticule: { type: 'geojson', data: worldGraticule(), tolerance: 0 },
      [FINE_GRATICULE]: { type: 'geojson', data: NOTHING, tolerance: 0 },
      seas: { type: 'geojson', data: SEA_POINTS },
      [ACCURACY]: { type: 'geojson', data: NOTHING, tolerance: 0.1 },
      [CLEARINGS]: { type: 'geojson', data: NOTHING },
    },
    layers: layers(TONES[theme]),
  };
}

function layers(tones: Tones): LayerSpecification[] {
  return [
    { id: 'sea', type: 'background', paint: { 'background-color': tones.sea } },
    ...seaNet(tones),
    ...coastGlow(tones),
    { id: 'land', type: 'fill', ...world('land'), paint: { 'fill-color': tones.land } },
    ...landNet(tones),
    ...outlines(tones),
    ...accuracy(),
    placeDots(tones),
    ...names(tones),
    // Uppermost, because names of upper layers are placed first. Nothing of it is seen.
    {
      id: CLEARINGS,
      type: 'symbol',
      source: CLEARINGS,
      layout: {
        'icon-image': CLEARINGS,
        'icon-allow-overlap': true,
        'icon-padding': 0,
      },
    },
  ];
}

const world = (layer: string) => ({ source: 'world', 'source-layer': layer });

function seaNet(tones: Tones): LayerSpecification[] {
  const net = (least: number, minzoom: number, maxzoom: number): LayerSpecification => ({
    id: `graticule-${least}`,
    type: 'line',
    source: 'graticule',
    minzoom,
    maxzoom,
    filter: ['>=', ['get', 'every'], least],
    paint: { 'line-color': tones.graticule, 'line-width': least === 30 ? 1 : 0.8 },
  });
  return [net(30, 0, 3.4), net(5, 3.4, 7), net(1, 7, 24)];
}

/** Faint, and only where there is little else to see. */
function landNet(tones: Tones): LayerSpecification[] {
  return [
    {
      id: 'graticule-on-land',
      type: 'line',
      source: 'graticule',
      minzoom: 7.5,
      paint: {
        'line-color': tones.graticuleOnLand,
        'line-width': 1,
        'line-opacity': byZoom([7.5, 0], [8.5, 1]),
      },
    },
    {
      id: FINE_GRATICULE,
      type: 'line',
      source: FINE_GRATICULE,
      minzoom: 9.3,
      paint: { 'line-color': tones.graticuleOnLand, 'line-width': 0.8 },
    },
  ];
}

function coastGlow(tones: Tones): LayerSpecification[] {
  const rounded = { 'line-join': 'round', 'line-cap': 'round' } as const;
  return [
    {
      id: 'coast-glow-wide',
      type: 'line',
      ...world('coast'),
      maxzoom: 9,
      layout: rounded,
      paint: {
        'line-color': tones.glow,
        'line-opacity': byZoom([3, 0.6], [6, 0.3], [8.5, 0]),
        'line-width': growing(1.6, [0, 6], [4, 22], [8, 60]),
        'line-blur': growing(1.6, [0, 6], [4, 20], [8, 56]),
      },
    },
    {
      id: 'coast-glow',
      type: 'line',
      ...world('coast'),
      layout: rounded,
      paint: {
        'line-color': tones.glow,
        'line-opacity': byZoom([0, 0.8], [6, 0.8], [9, 0.35]),
        'line-width': byZoom([0, 2], [4, 8], [8, 18]),
        'line-blur': byZoom([0, 2], [4, 7], [8, 16]),
      },
    },
  ];
}

function outlines(tones: Tones): LayerSpecification[] {
  const rounded = { 'line-join': 'round', 'line-cap': 'round' } as const;
  return [
    {
      id: 'borders',
      type: 'line',
      ...world('borders'),
      layout: rounded,
      paint: {
        'line-color': tones.border,
        'line-width': byZoom([0, 0.5], [4, 1], [8, 1.6]),
        'line-dasharray': ['step', ['zoom'], ['literal', [1, 0]], 5, ['literal', [3, 2]]],
      },
    },
    {
      id: 'coast',
      type: 'line',
      ...world('coast'),
      layout: rounded,
      paint: {
        'line-color': tones.coast,
        'line-width': byZoom([0, 0.4], [4, 0.8], [8, 1.4]),
      },
    },
  ];
}

function accuracy(): LayerSpecification[] {
  return [
    {
      id: LOWEST_OF_OURS,
      type: 'fill',
      source: ACCURACY,
      paint: { 'fill-color': ['get', 'colour'], 'fill-opacity': 0.1, 'fill-antialias': false },
    },
    {
      id: 'accuracy-line',
      type: 'line',
      source: ACCURACY,
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': ['get', 'colour'],
        'line-width': 1.4,
        'line-opacity': 0.75,
        'line-dasharray': [3, 2.5],
      },
    },
  ];
}

function placeDots(tones: Tones): LayerSpecification {
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

function names(tones: Tones): LayerSpecification[] {
  return [
    {
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
    },
    {
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
    },
    {
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
    },
  ];
}

/** Give a loaded map the colours of a theme. Sources, marks, trails and camera stay as they are. */
export function repaint(map: MapLibreMap, theme: Theme): void {
  for (const layer of layers(TONES[theme])) {
    for (const [property, value] of Object.entries(layer.paint ?? {})) {
      // Data-driven paint has its tiles worked out anew, so what is already right is left alone.
      const before: unknown = map.getPaintProperty(layer.id, property as never);
      if (JSON.stringify(before) === JSON.stringify(value)) continue;
      map.setPaintProperty(layer.id, property as never, value as never);
    }
  }
}
