/** Shapes of regions as the map draws them, and how far one must zoom in to see them. */
import type { Polygon } from 'geojson';
import { boxOf, reachOf, unrolled } from './shapes';
import type { Box, Shape } from './shapes';
import { accuracyCircle } from './accuracy';
import { metresPerPixel } from './mercator';

/** A region whose half is smaller than this, in pixels, is drawn as a dot. */
const SEEN_PX = 5;

const outlines = new WeakMap<Shape, Polygon>();

/** In one piece, with longitudes beyond ±180 where it crosses the antimeridian. */
export function outlineOf(shape: Shape): Polygon {
  let outline = outlines.get(shape);
  if (!outline) {
    outline = shape.is === 'circle' ? roundOutline(shape) : cornered(shape);
    outlines.set(shape, outline);
  }
  return outline;
}

function roundOutline({ lat, lon, radius }: Extract<Shape, { is: 'circle' }>): Polygon {
  return accuracyCircle(lon, lat, radius);
}

function cornered({ points }: Extract<Shape, { is: 'polygon' }>): Polygon {
  const ring = unrolled(points).map(({ lat, lon }): [number, number] => [lon, lat]);
  const first = ring[0];
  if (first) ring.push([...first]);
  return { type: 'Polygon', coordinates: [ring] };
}

/** The place above which its name stands: the middle of its northern edge. */
export function crownOf(shape: Shape): [lng: number, lat: number] {
  const { west, east, north } = boxOf(shape);
  if (shape.is === 'circle') return [shape.lon, Math.min(north, 85)];
  // Where it is highest; of several such corners the middle.
  const top = unrolled(shape.points).filter(({ lat }) => north - lat < 1e-9);
  const lons = top.map(({ lon }) => lon);
  const middle = lons.length > 0 ? (Math.min(...lons) + Math.max(...lons)) / 2 : (west + east) / 2;
  return [middle, Math.min(north, 85)];
}

/** The zoom from which it is large enough to be seen as what it is. */
export function zoomToSee(shape: Shape): number {
  const { south, north } = boxOf(shape);
  const metres = Math.max(1, reachOf(shape));
  const wide = metresPerPixel(Math.max(-85, Math.min(85, (south + north) / 2)), 0);
  return Math.max(0, Math.log2((wide * SEEN_PX) / metres));
}

/** A box that MapLibre can fit the view to. */
export function viewBox(shape: Shape): Box {
  const { west, south, east, north } = boxOf(shape);
  return {
    west: east - west >= 360 ? -180 : west,
    east: east - west >= 360 ? 180 : east,
    south: Math.max(-85, south),
    north: Math.min(85, north),
  };
}
