/**
 * Paths behind marks, fading towards their oldest point. One source per trail, because a line's
 * gradient cannot differ between the lines of one source.
 */
import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl';
import type { Feature, LineString } from 'geojson';
import type { TrailPoint } from './types';

interface Trail {
  points: [number, number][];
  colour: string;
}

const sourceOf = (id: string) => `trail/${id}`;
const glowOf = (id: string) => `trail-glow/${id}`;
const coreOf = (id: string) => `trail-core/${id}`;

export class Trails {
  private readonly trails = new Map<string, Trail>();

  /** @param below id of the layer that trails lie under */
  constructor(
    private readonly map: MapLibreMap,
    private readonly below: () => string,
  ) {}

  /** Lengthen, change or (with fewer than two points) take away the trail of a mark. */
  set(id: string, points: readonly TrailPoint[] | null, colour: string): void {
    if (!points || points.length < 2) {
      this.remove(id);
      return;
    }
    const trail = { points: unrolled(points), colour };
    const before = this.trails.get(id);
    this.trails.set(id, trail);
    const source = this.map.getSource<GeoJSONSource>(sourceOf(id));
    if (!source) {
      this.add(id, trail);
      return;
    }
    source.setData(feature(trail.points));
    if (before?.colour !== colour) this.recolour(id, colour);
  }

  recolour(id: string, colour: string): void {
    const trail = this.trails.get(id);
    if (!trail) return;
    trail.colour = colour;
    if (!this.map.getLayer(coreOf(id))) return;
    this.map.setPaintProperty(coreOf(id), 'line-gradient', fade(colour, CORE));
    this.map.setPaintProperty(glowOf(id), 'line-gradient', fade(colour, GLOW));
  }

  has(id: string): boolean {
    return this.trails.has(id);
  }

  /** The end of a trail is where its mark is drawn, which on its way lags behind the last fix. */
  leadTo(id: string, lng: number, lat: number): void {
    const trail = this.trails.get(id);
    const source = this.map.getSource<GeoJSONSource>(sourceOf(id));
    if (!trail || !source) return;
    const rest = trail.points.slice(0, -1);
    const last = rest.at(-1) as [number, number];
    source.setData(feature([...rest, [near(lng, last[0]), lat]]));
  }

  remove(id: string): void {
    if (!this.trails.delete(id)) return;
    for (const layer of [glowOf(id), coreOf(id)]) {
      if (this.map.getLayer(layer)) this.map.removeLayer(layer);
    }
    if (this.map.getSource(sourceOf(id))) this.map.removeSource(sourceOf(id));
  }

  private add(id: string, trail: Trail): void {
    this.map.addSource(sourceOf(id), {
      type: 'geojson',
      lineMetrics: true,
      data: feature(trail.points),
    });
    const shape = { 'line-cap': 'round', 'line-join': 'round' } as const;
    this.map.addLayer(
      {
        id: glowOf(id),
        type: 'line',
        source: sourceOf(id),
        layout: shape,
        paint: { 'line-width': 12, 'line-blur': 8, 'line-gradient': fade(trail.colour, GLOW) },
      },
      this.below(),
    );
    this.map.addLayer(
      {
        id: coreOf(id),
        type: 'line',
        source: sourceOf(id),
        layout: shape,
        paint: { 'line-width': 4, 'line-gradient': fade(trail.colour, CORE) },
      },
      this.below(),
    );
  }
}

/** Opacity, as two hexadecimal digits, along a trail from the oldest point to the mark. */
type Fading = readonly (readonly [progress: number, opacity: string])[];
const GLOW: Fading = [
  [0, '00'],
  [1, '66'],
];
const CORE: Fading = [
  [0, '00'],
  [0.15, '28'],
  [0.5, 'aa'],
  [1, 'ff'],
];

function fade(colour: string, fading: Fading) {
  const stops = fading.flatMap(([progress, opacity]) => [progress, colour + opacity]);
  return ['interpolate', ['linear'], ['line-progress'], ...stops] as never;
}

const feature = (coordinates: [number, number][]): Feature<LineString> => ({
  type: 'Feature',
  properties: {},
  geometry: { type: 'LineString', coordinates },
});

/** The longitude nearest to another one, even beyond ±180. */
function near(lng: number, to: number): number {
  return lng - 360 * Math.round((lng - to) / 360);
}

/** Longitudes without steps across the antimeridian, so that the line does not cross the world. */
function unrolled(points: readonly TrailPoint[]): [number, number][] {
  const path: [number, number][] = [];
  let before: number | undefined;
  for (const [lng, lat] of points) {
    before = before === undefined ? lng : near(lng, before);
    path.push([before, lat]);
  }
  return path;
}
