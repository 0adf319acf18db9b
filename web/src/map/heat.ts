/** Warmth where somebody was, by how long: under marks, trails and names. */
import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';
import type { FeatureCollection, Point } from 'geojson';
import { LOWEST_OF_OURS } from './layerids';
import type { MapState } from './state';
import type { HeatSpot, Theme } from './types';

const NAME = 'heat';

/** From cold, which is not seen, to hot. On a light map hot is dark, on a dark one light. */
const RAMPS: Readonly<Record<Theme, readonly string[]>> = {
  dark: ['rgba(34,80,160,0)', '#24479c', '#7b3fb8', '#d9478f', '#ff9a4d', '#ffe9a8'],
  light: ['rgba(90,150,230,0)', '#8fc1f2', '#5a8ae0', '#7a4fcf', '#b32f86', '#7d0f3a'],
};
const STEPS = [0, 0.12, 0.3, 0.5, 0.75, 1];

export class Heat {
  private spots: readonly HeatSpot[] | null = null;

  constructor(
    private readonly map: MapLibreMap,
    private readonly state: MapState,
  ) {}

  /** Put it into a style that was just loaded. */
  install(): void {
    if (this.spots !== null) this.draw(this.spots);
  }

  set(spots: readonly HeatSpot[] | null): void {
    this.spots = spots;
    if (!this.state.ready) return;
    if (spots !== null) this.draw(spots);
    else if (this.map.getLayer(NAME)) {
      this.map.removeLayer(NAME);
      this.map.removeSource(NAME);
    }
  }

  recolour(): void {
    if (!this.map.getLayer(NAME)) return;
    this.map.setPaintProperty(NAME, 'heatmap-color', ramp(this.state.theme));
  }

  private draw(spots: readonly HeatSpot[]): void {
    const source = this.map.getSource<GeoJSONSource>(NAME);
    if (source) {
      source.setData(features(spots));
      return;
    }
    this.map.addSource(NAME, { type: 'geojson', data: features(spots) });
    this.map.addLayer(layer(this.state.theme), LOWEST_OF_OURS);
  }
}

function layer(theme: Theme): LayerSpecification {
  return {
    id: NAME,
    type: 'heatmap',
    source: NAME,
    paint: {
      'heatmap-weight': ['get', 'weight'],
      'heatmap-intensity': ['interpolate', ['linear'], ['zoom'], 0, 0.8, 9, 1.3, 15, 2.2],
      'heatmap-radius': ['interpolate', ['linear'], ['zoom'], 0, 7, 9, 16, 15, 30],
      'heatmap-opacity': 0.85,
      'heatmap-color': ramp(theme),
    },
  };
}

function ramp(theme: Theme) {
  const stops = STEPS.flatMap((step, n) => [step, RAMPS[theme][n] ?? '']);
  return ['interpolate', ['linear'], ['heatmap-density'], ...stops] as never;
}

function features(spots: readonly HeatSpot[]): FeatureCollection<Point> {
  return {
    type: 'FeatureCollection',
    features: spots.map(({ lng, lat, weight }) => ({
      type: 'Feature',
      properties: { weight },
      geometry: { type: 'Point', coordinates: [lng, lat] },
    })),
  };
}
