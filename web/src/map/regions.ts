/**
 * Regions on the map: filled and outlined in their colour, more so when somebody is inside; a ring
 * from afar; their names above them. They lie under trails, accuracy and marks.
 */
import type {
  ExpressionSpecification,
  GeoJSONSource,
  LayerSpecification,
  Map as MapLibreMap,
} from 'maplibre-gl';
import type { Feature, FeatureCollection } from 'geojson';
import { distance, holds, middleOf, reachOf } from './shapes';
import { byZoom } from './expressions';
import { crownOf, outlineOf, viewBox, zoomToSee } from './outline';
import { CLEARINGS, LOWEST_OF_OURS } from './layerids';
import { TONES } from './tones';
import type { Area, Theme } from './types';

const SHAPES = 'regions';
const NAMES = 'region-names';
/** A region that is only a ring can be touched within so many pixels of its middle. */
const TOUCH_PX = 14;
/** A ring's name is shown so many zoom levels before its shape is. */
const NAMED_BEFORE = 4;

const is = (property: string): ExpressionSpecification => ['boolean', ['get', property], false];

/** One value for the selected, one for where somebody is, one for the empty ones. */
function byState(selected: number, occupied: number, empty: number): ExpressionSpecification {
  return ['case', is('selected'), selected, is('occupied'), occupied, empty];
}

const DASHES: readonly (readonly [sort: Area['sort'], dashes: number[] | undefined])[] = [
  ['shared', undefined],
  ['personal', [3.5, 2]],
  ['phone', [0.1, 2.2]],
];

function shapeLayers(): LayerSpecification[] {
  return [
    {
      id: 'region-fill',
      type: 'fill',
      source: SHAPES,
      paint: {
        'fill-color': ['get', 'colour'],
        // At street level a region may fill the view, or several the same one: streets stay readable.
        'fill-opacity': byZoom([12, byState(0.24, 0.16, 0.07)], [15, byState(0.12, 0.06, 0.03)]),
        'fill-antialias': false,
      },
    },
    ...DASHES.map(([sort, dashes]): LayerSpecification => ({
      id: `region-line-${sort}`,
      type: 'line',
      source: SHAPES,
      filter: ['==', ['get', 'sort'], sort],
      layout: { 'line-join': 'round', 'line-cap': dashes ? 'round' : 'butt' },
      paint: {
        'line-color': ['get', 'colour'],
        'line-width': byState(2.6, 1.8, 1.4),
        'line-opacity': byState(1, 0.9, 0.6),
        ...(dashes ? { 'line-dasharray': dashes } : {}),
      },
    })),
    {
      id: 'region-ring',
      type: 'circle',
      source: NAMES,
      filter: ['<', ['zoom'], ['get', 'from']],
      paint: {
        'circle-radius': byState(6, 5, 4),
        'circle-color': ['get', 'colour'],
        'circle-opacity': byState(0.4, 0.4, 0.08),
        'circle-stroke-color': ['get', 'colour'],
        'circle-stroke-width': byState(2.4, 1.8, 1.4),
        'circle-stroke-opacity': byState(1, 0.95, 0.6),
      },
    },
  ];
}

function nameLayer(theme: Theme): LayerSpecification {
  return {
    id: 'region-name',
    type: 'symbol',
    source: NAMES,
    filter: ['any', is('selected'), ['>=', ['zoom'], ['-', ['get', 'from'], NAMED_BEFORE]]],
    layout: {
      'text-field': ['get', 'label'],
      'text-font': ['Inter Variable SemiBold', 'Inter Variable'],
      'text-size': ['case', is('selected'), 13.5, 12],
      'text-variable-anchor-offset': ['bottom', [0, -0.35], 'top', [0, 0.45], 'bottom', [0, -1.6]],
      'text-max-width': 11,
      'text-padding': 3,
      'symbol-sort-key': ['get', 'rank'],
    },
    paint: {
      'text-color': ['get', 'colour'],
      'text-halo-color': TONES[theme].halo,
      'text-halo-width': 1.6,
    },
  };
}

export class Regions {
  private areas: readonly Area[] = [];
  private selected: string | null = null;

  constructor(
    private readonly map: MapLibreMap,
    private theme: Theme,
  ) {}

  /** The style is there, for the first time or anew. */
  install(): void {
    const { map } = this;
    for (const source of [SHAPES, NAMES]) {
      if (!map.getSource(source)) {
        map.addSource(source, { type: 'geojson', data: collection([]), tolerance: 0.2 });
      }
    }
    for (const layer of shapeLayers()) {
      if (!map.getLayer(layer.id)) map.addLayer(layer, LOWEST_OF_OURS);
    }
    if (!map.getLayer('region-name')) map.addLayer(nameLayer(this.theme), CLEARINGS);
    this.draw();
  }

  set(areas: readonly Area[]): void {
    this.areas = areas;
    this.draw();
  }

  select(id: string | null): void {
    if (id === this.selected) return;
    this.selected = id;
    this.draw();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    if (!this.map.getLayer('region-name')) return;
    this.map.setPaintProperty('region-name', 'text-halo-color', TONES[theme].halo);
  }

  /** What the view must hold to show it. */
  boxOf(id: string): ReturnType<typeof viewBox> | null {
    const area = this.areas.find((each) => each.id === id);
    return area ? viewBox(area.shape) : null;
  }

  /**
   * The region at a place: the smallest of those that hold it, or one so small that it is a ring.
   * The selected one counts as the ground, so that touching it again lets go of it.
   */
  at(lat: number, lon: number, metresPerPixel: number): string | null {
    const spot = { lat, lon };
    let found: Area | null = null;
    let least = Infinity;
    for (const area of this.areas) {
      const size = reachOf(area.shape);
      if (size >= least) continue;
      const near =
        size < TOUCH_PX * metresPerPixel &&
        distance(middleOf(area.shape), spot) < TOUCH_PX * metresPerPixel;
      if (!near && !holds(area.shape, spot)) continue;
      found = area;
      least = size;
    }
    return found?.id === this.selected ? null : (found?.id ?? null);
  }

  private draw(): void {
    const { map } = this;
    const shapes = map.getSource<GeoJSONSource>(SHAPES);
    const names = map.getSource<GeoJSONSource>(NAMES);
    if (!shapes || !names) return;
    const drawn = this.areas.map((area) => ({ area, properties: this.propertiesOf(area) }));
    shapes.setData(
      collection(
        drawn.map(({ area, properties }) => ({
          type: 'Feature',
          properties,
          geometry: outlineOf(area.shape),
        })),
      ),
    );
    names.setData(
      collection(
        drawn.map(({ area, properties }) => ({
          type: 'Feature',
          properties,
          geometry: { type: 'Point', coordinates: crownOf(area.shape) },
        })),
      ),
    );
  }

  private propertiesOf({ id, label, shape, colour, sort, inside }: Area): Record<string, unknown> {
    const selected = id === this.selected;
    return {
      colour,
      sort,
      selected,
      occupied: inside > 0,
      label: inside > 0 ? `${label} · ${inside}` : label,
      from: zoomToSee(shape),
      rank: (selected ? 0 : inside > 0 ? 1 : 2) * 1e9 - Math.min(1e8, reachOf(shape)),
    };
  }
}

function collection(features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features };
}
