/**
 * Web Mercator as two unsigned 32-bit numbers, and movement between two such points.
 *
 * The world is 2³² steps wide (9.3 mm each at the equator), so adding and subtracting modulo 2³²
 * goes round the world by itself: the difference of two longitudes, taken as a signed number, is
 * always the short way, across ±180° too. The vertex shader in crowd.ts does the same sums.
 */

const STEPS = 2 ** 32;
const RADIANS = Math.PI / 180;
/** Where the square map ends, degrees: beyond it Mercator goes to infinity. */
export const MAX_LATITUDE = 85.0511287798066;
const EARTH_CIRCUMFERENCE_M = 40_075_016.686;

/** Steps eastward from the antimeridian. */
export function toX(lng: number): number {
  const turns = lng / 360 + 0.5;
  return ((turns - Math.floor(turns)) * STEPS) >>> 0;
}

/** Steps southward from the top of the map; latitudes beyond it lie on its edge. */
export function toY(lat: number): number {
  const sine = Math.sin(Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, lat)) * RADIANS);
  const share = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  return Math.max(0, Math.min(STEPS - 1, share * STEPS)) >>> 0;
}

/** Longitude in degrees, -180 to 180. */
export function toLng(x: number): number {
  return (x / STEPS - 0.5) * 360;
}

/** Latitude in degrees. */
export function toLat(y: number): number {
  return Math.atan(Math.sinh((0.5 - y / STEPS) * 2 * Math.PI)) / RADIANS;
}

/** Signed steps from one coordinate to another, the short way round. */
export function stepsBetween(from: number, to: number): number {
  return (to - from) | 0;
}

/** How much of a glide is done: 0 before it began, 1 when it ended or when it was a jump. */
export function progress(now: number, began: number, duration: number): number {
  if (!(duration > 0)) return 1;
  return Math.max(0, Math.min(1, (now - began) / duration));
}

/**
 * Where a glide has got to. The speed is constant on purpose: fixes come at regular intervals, and
 * easing each glide would make a steady traveller stop and start.
 */
export function between(from: number, to: number, share: number): number {
  return (from + stepsBetween(from, to) * share) >>> 0;
}

/** CSS pixels per step at a zoom level (the whole world is 512 px wide at zoom 0). */
export function pixelsPerStep(zoom: number): number {
  return (512 * 2 ** zoom) / STEPS;
}

/** Ground metres that one CSS pixel covers at a latitude. */
export function metresPerPixel(lat: number, zoom: number): number {
  return (EARTH_CIRCUMFERENCE_M * Math.cos(lat * RADIANS)) / (512 * 2 ** zoom);
}
