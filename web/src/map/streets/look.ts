/**
 * What streets look like: the layers of the style library in our colours, fonts and words, for each
 * of the schemas that tiles come in. Loaded only once a server offers such a map.
 */
import { layers as libraryLayers } from '@protomaps/basemaps';
import type { Flavor } from '@protomaps/basemaps';
import type { FillLayerSpecification, LayerSpecification } from 'maplibre-gl';
import { byZoom } from '../expressions';
import { TONES } from '../tones';
import type { Theme } from '../types';
import { startZoom } from './choice';
import { flavorOf, FONTS } from './flavor';
import { nameFor, outside } from './names';
import { prefixOf } from './source';
import type { MapSource } from './source';
import { OPENMAPTILES, SHORTBREAD } from './tables';
import type { Row } from './tables';
import { STREET_TONES } from './tones';

export interface Wish {
  readonly map: MapSource;
  readonly theme: Theme;
  /** Of the viewer, as in `navigator.language`. */
  readonly language: string;
  /** The more detailed maps of parts of this one: they name what is there. */
  readonly parts: readonly MapSource[];
}

/** A layer as we handle it: whatever its type, with the parts that it may have. */
interface Layer {
  readonly id: string;
  readonly type: LayerSpecification['type'];
  readonly minzoom?: number;
  readonly source?: string;
  readonly 'source-layer'?: string;
  readonly filter?: unknown;
  readonly paint?: Readonly<Record<string, unknown>>;
  readonly layout?: Readonly<Record<string, unknown>>;
}

/** Layers of one map, the lowest first; their ids begin with `prefixOf`. */
export function streetLayers(wish: Wish): LayerSpecification[] {
  const { map } = wish;
  const from = startZoom(map);
  const areas = wish.parts.map((part) => ({ bounds: part.bounds, from: startZoom(part) }));
  return drawn(wish).map((layer) => {
    const filter = layer.type === 'symbol' ? outside(layer.filter, areas) : layer.filter;
    return {
      ...layer,
      id: `${prefixOf(map)}${layer.id}`,
      minzoom: Math.max(layer.minzoom ?? 0, from),
      ...(filter === undefined ? {} : { filter }),
    } as LayerSpecification;
  });
}

/** The source that the layers of a map draw from. */
export function sourceOf(map: MapSource): string {
  return `${prefixOf(map)}tiles`;
}

/** Land below the tiles of schemas that have only water. */
export function groundLayer(map: MapSource, theme: Theme): FillLayerSpecification | null {
  if (map.schema === 'protomaps') return null;
  return {
    id: `${prefixOf(map)}ground`,
    type: 'fill',
    source: `${prefixOf(map)}ground`,
    minzoom: startZoom(map),
    paint: { 'fill-color': TONES[theme].land },
  };
}

function drawn({ map, theme, language }: Wish): Layer[] {
  const flavor = flavorOf(theme);
  const all = libraryLayers(sourceOf(map), flavor, { lang: 'en' }) as unknown as Layer[];
  const made = all.flatMap((layer) => adjusted(layer, theme, language));
  // Names of lower layers give way: those of shops to those of streets.
  const ours = [...made.filter(isSpot), ...made.filter((layer) => !isSpot(layer))];
  if (map.schema === 'protomaps') return ours;
  const byId = new Map(ours.map((layer) => [layer.id, layer]));
  const rows = map.schema === 'shortbread' ? SHORTBREAD : OPENMAPTILES;
  return rows.flatMap((row, n) => {
    const model = byId.get(row.like);
    return model ? [after(model, row, n, flavor)] : [];
  });
}

function isSpot({ id }: Layer): boolean {
  return id === 'pois';
}

/** A layer like the model, from where another schema keeps it. */
function after(model: Layer, row: Row, n: number, flavor: Flavor): Layer {
  const { type, source, minzoom, paint, layout } = model;
  const { filter, colour } = row;
  const numbers = row.like === 'address_label' ? { 'text-field': ['get', 'housenumber'] } : {};
  return {
    type,
    id: `${row.like}-${n}`,
    ...(source === undefined ? {} : { source }),
    ...(minzoom === undefined ? {} : { minzoom }),
    'source-layer': row.layer,
    ...(filter === undefined ? {} : { filter }),
    paint: { ...paint, ...(colour === undefined ? {} : { 'fill-color': flavor[colour] }) },
    layout: { ...layout, ...numbers },
  };
}

/** Layers of the library that we leave out: the ground below everything, and what needs pictures. */
const LEFT_OUT = new Set(['background', 'places_country', 'places_region', 'roads_oneway']);

/** A layer of the library as we want it. */
function adjusted(layer: Layer, theme: Theme, language: string): Layer[] {
  if (LEFT_OUT.has(layer.id)) return [];
  const patch = PATCHES[layer.id]?.(theme);
  const paint = { ...layer.paint, ...patch?.paint };
  if (layer.type !== 'symbol') return [{ ...layer, ...patch, paint }];
  const name = NUMBERS.has(layer.id) ? {} : { 'text-field': nameFor(language) };
  const asked = Object.entries({ ...layer.layout, ...patch?.layout, ...name });
  const kept = asked.filter(([property]) => !property.startsWith('icon-'));
  const layout = Object.fromEntries(kept.map(([property, value]) => [property, withFonts(value)]));
  return [{ ...layer, ...patch, paint, layout }];
}

/** What shows a number or a code rather than a name. */
const NUMBERS = new Set(['address_label', 'roads_shields']);

const STACKS: Readonly<Record<string, readonly string[]>> = {
  [FONTS.regular]: ['Inter Variable Medium', 'Inter Variable'],
  // MapLibre reads weight and slant from the first name and takes the font from the rest.
  [FONTS.bold]: ['Inter Variable SemiBold', 'Inter Variable'],
  [FONTS.italic]: ['Inter Variable Italic', 'Inter Variable'],
};

/** Puts our stacks of fonts where a layout asks for one of the library's three. */
function withFonts(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const [only] = value as unknown[];
  const stack = value.length === 1 && typeof only === 'string' ? STACKS[only] : undefined;
  return stack ?? value.map(withFonts);
}

type Patch = Partial<Pick<Layer, 'minzoom' | 'paint' | 'layout'>>;

/** How large a town is, 0 to 17, whichever way the tiles tell it. */
const RANK = [
  'coalesce',
  ['get', 'population_rank'],
  [
    'match',
    ['coalesce', ['get', 'kind_detail'], ['get', 'class'], ['get', 'kind']],
    ['capital', 'city', 'state_capital'],
    12,
    'town',
    9,
    'village',
    6,
    4,
  ],
];

const FIRST_SEEN = ['coalesce', ['get', 'min_zoom'], 16];

/** What we want otherwise than the library, by the layer it is about. */
const PATCHES: Readonly<Record<string, (theme: Theme) => Patch>> = {
  buildings: (theme) => ({
    minzoom: 13,
    paint: {
      'fill-opacity': byZoom([13, 0], [14.5, 1]),
      'fill-outline-color': STREET_TONES[theme].buildingEdge,
    },
  }),
  // Out at sea there is no seam to the world's; what is inland reads as water by itself.
  water: (theme) => ({
    paint: {
      'fill-color': [
        'match',
        ['coalesce', ['get', 'kind'], ['get', 'class'], ''],
        ['ocean', 'sea'],
        TONES[theme].sea,
        STREET_TONES[theme].water,
      ],
    },
  }),
  water_river: (theme) => ({ paint: { 'line-color': STREET_TONES[theme].water } }),
  water_stream: (theme) => ({ paint: { 'line-color': STREET_TONES[theme].water } }),
  roads_other: () => ({
    minzoom: 14,
    paint: {
      'line-dasharray': [2.4, 1.2],
      'line-width': byZoom([14, 0.6], [16, 1.2], [19, 3.2]),
    },
  }),
  roads_bridges_other: () => ({
    minzoom: 14,
    paint: {
      'line-dasharray': [2.4, 1.2],
      'line-width': byZoom([14, 0.6], [16, 1.2], [19, 3.2]),
    },
  }),
  roads_rail: () => ({
    paint: {
      'line-dasharray': [3, 2],
      'line-opacity': 0.8,
      'line-width': byZoom([9, 0.4], [14, 1], [18, 2.4]),
    },
  }),
  roads_labels_minor: () => ({
    minzoom: 14.5,
    layout: {
      'symbol-sort-key': FIRST_SEEN,
      'symbol-spacing': 320,
      'text-size': byZoom([14.5, 10.5], [16, 12], [18, 14]),
    },
    paint: { 'text-halo-width': 1.5 },
  }),
  roads_labels_major: () => ({
    minzoom: 12.5,
    layout: {
      'symbol-sort-key': FIRST_SEEN,
      'symbol-spacing': 360,
      'text-size': byZoom([12.5, 10.5], [16, 13], [18, 15]),
    },
    paint: { 'text-halo-width': 1.5 },
  }),
  roads_shields: (theme) => ({
    minzoom: 11,
    layout: { 'text-size': 10, 'symbol-spacing': 420 },
    paint: { 'text-halo-color': STREET_TONES[theme].streetHalo, 'text-halo-width': 2 },
  }),
  address_label: () => ({ minzoom: 17, layout: { 'text-size': byZoom([17, 10], [19, 13]) } }),
  places_subplace: () => ({
    minzoom: 11,
    layout: { 'text-size': byZoom([11, 10], [14, 12], [16, 13]), 'text-letter-spacing': 0.08 },
    paint: { 'text-halo-width': 1.4 },
  }),
  places_locality: () => ({
    layout: {
      'text-size': byZoom(
        [6, ['interpolate', ['linear'], RANK, 4, 10, 12, 14] as never],
        [10, ['interpolate', ['linear'], RANK, 4, 11.5, 12, 18] as never],
        [15, ['interpolate', ['linear'], RANK, 4, 13, 12, 22] as never],
      ),
      'symbol-sort-key': ['-', 0, RANK],
    },
    paint: { 'text-halo-width': 1.4 },
  }),
  pois: () => ({
    minzoom: 16,
    layout: {
      'symbol-sort-key': FIRST_SEEN,
      'text-size': byZoom([16, 10.5], [18, 12]),
      'text-variable-anchor': ['top', 'bottom'],
      'text-offset': [0, 0.4],
      'text-padding': 6,
    },
    paint: { 'text-halo-width': 1.4 },
  }),
};
