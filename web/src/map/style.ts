/**
 * What the base map looks like: a MapLibre style for a theme.
 *
 * The two themes have the same sources, layers and layouts and differ in paint alone, so changing
 * the theme repaints and loads nothing (`repaint` below). There is no `glyphs` address: MapLibre
 * then draws every letter in the browser, in the font the page uses.
 */
import type { LayerSpecification, Map as MapLibreMap, StyleSpecification } from 'maplibre-gl';
import type { FeatureCollection } from 'geojson';
import { byZoom, growing } from './expressions';
import { worldGraticule } from './graticule';
import { ACCURACY, CLEARINGS, FINE_GRATICULE, LOWEST_OF_OURS, world } from './layerids';
import { names, placeDots } from './placenames';
import { repaintLayer } from './repaint';
import { seas } from './seas';
import { TONES, type Tones } from './tones';
import type { Theme } from './types';

const NOTHING: FeatureCollection = { type: 'FeatureCollection', features: [] };

const seaPoints = (): FeatureCollection => ({
  type: 'FeatureCollection',
  features: seas().map(({ name, lng, lat, rank }) => ({
    type: 'Feature',
    properties: { name, rank },
    geometry: { type: 'Point', coordinates: [lng, lat] },
  })),
});

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
      seas: { type: 'geojson', data: seaPoints() },
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

/** Give a loaded map the colours of a theme. Sources, marks, trails and camera stay as they are. */
export function repaint(map: MapLibreMap, theme: Theme): void {
  for (const layer of layers(TONES[theme])) repaintLayer(map, layer);
}
