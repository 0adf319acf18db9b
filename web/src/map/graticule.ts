/**
 * The net of meridians and parallels. Far from towns it is all a map without streets can show, so
 * it grows finer as one comes nearer: 30°, 5° and 1° for the whole world, finer ones for a part.
 */
import type { FeatureCollection, LineString } from 'geojson';
import type { Bounds } from './bounds';
import { MAX_LATITUDE } from './mercator';

type Lines = FeatureCollection<LineString, { every: number }>;

/** The steps of the world's net, degrees, coarse first. */
const WORLD_STEPS = [30, 5, 1] as const;

const line = (coordinates: [number, number][], every: number): Lines['features'][number] => ({
  type: 'Feature',
  properties: { every },
  geometry: { type: 'LineString', coordinates },
});

/** `every` of a line is the coarsest step it belongs to, for the style to choose by. */
export function worldGraticule(): Lines {
  const every = (degrees: number) => WORLD_STEPS.find((step) => degrees % step === 0) ?? 1;
  const features: Lines['features'] = [];
  for (let lng = -180; lng < 180; lng++) {
    features.push(
      line(
        [
          [lng, -MAX_LATITUDE],
          [lng, MAX_LATITUDE],
        ],
        every(lng),
      ),
    );
  }
  for (let lat = -85; lat <= 85; lat++) {
    features.push(
      line(
        [
          [-180, lat],
          [180, lat],
        ],
        every(lat),
      ),
    );
  }
  return { type: 'FeatureCollection', features };
}

/** Degrees between the lines of the fine net at a zoom level, or null while 1° is fine enough. */
export function fineStep(zoom: number): number | null {
  if (zoom < 9.3) return null;
  return zoom < 12.6 ? 0.1 : zoom < 16 ? 0.01 : 0.001;
}

/** The net for a part of the world; lines that the coarser net has already are left out. */
export function fineGraticule(bounds: Bounds, step: number): Lines {
  const features: Lines['features'] = [];
  // Counted in whole steps: adding 0.1 a hundred times would drift.
  const perDegree = Math.round(1 / step);
  const numbers = (from: number, to: number) => {
    const found: number[] = [];
    for (let n = Math.ceil(from * perDegree); n <= to * perDegree; n++) {
      if (n % perDegree !== 0) found.push(n / perDegree);
    }
    return found;
  };
  const { west, east } = bounds;
  const south = Math.max(bounds.south, -MAX_LATITUDE);
  const north = Math.min(bounds.north, MAX_LATITUDE);
  for (const lng of numbers(west, east)) {
    features.push(
      line(
        [
          [lng, south],
          [lng, north],
        ],
        step,
      ),
    );
  }
  for (const lat of numbers(south, north)) {
    features.push(
      line(
        [
          [west, lat],
          [east, lat],
        ],
        step,
      ),
    );
  }
  return { type: 'FeatureCollection', features };
}
