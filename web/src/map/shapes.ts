/**
 * Circles and polygons on the earth: distances, sizes, what lies inside. Pure sums, degrees and
 * metres. Longitudes may go on beyond ±180, so that a shape across the antimeridian is in one piece.
 */

const EARTH_RADIUS_M = 6_371_008.8;
const RADIANS = Math.PI / 180;

export interface Spot {
  readonly lat: number;
  readonly lon: number;
}

export interface Circle extends Spot {
  readonly is: 'circle';
  /** Metres. */
  readonly radius: number;
}

/** Corners in order; the last joins the first. */
export interface Polygon {
  readonly is: 'polygon';
  readonly points: readonly Spot[];
}

export type Shape = Circle | Polygon;

/** Metres along a great circle. */
export function distance(a: Spot, b: Spot): number {
  const north = Math.sin(((b.lat - a.lat) * RADIANS) / 2);
  const east = Math.sin(((b.lon - a.lon) * RADIANS) / 2);
  const share = north * north + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * east * east;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(share)));
}

/** Degrees clockwise from north in which one sets out from one place to another. */
export function bearing(from: Spot, to: Spot): number {
  const east = (to.lon - from.lon) * RADIANS;
  const [a, b] = [from.lat * RADIANS, to.lat * RADIANS];
  const y = Math.sin(east) * Math.cos(b);
  const x = Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(east);
  return (Math.atan2(y, x) / RADIANS + 360) % 360;
}

/** Where one gets from a place by a bearing and so many metres. */
export function destination(from: Spot, degrees: number, metres: number): Spot {
  const angle = Math.min(metres / EARTH_RADIUS_M, Math.PI);
  const [lat, course] = [from.lat * RADIANS, degrees * RADIANS];
  const sine = Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(course);
  const east = Math.atan2(
    Math.sin(course) * Math.sin(angle) * Math.cos(lat),
    Math.cos(angle) - Math.sin(lat) * sine,
  );
  return {
    lat: Math.asin(Math.max(-1, Math.min(1, sine))) / RADIANS,
    lon: from.lon + east / RADIANS,
  };
}

/** The longitude nearest to another one, even beyond ±180. */
export function nearTo(lon: number, to: number): number {
  return lon - 360 * Math.round((lon - to) / 360);
}

/** A longitude from -180 up to but not including 180. */
export function wrapped(lon: number): number {
  return lon - 360 * Math.floor((lon + 180) / 360);
}

/** The same corners with every step the short way round, beginning nearest to `around`. */
export function unrolled(points: readonly Spot[], around?: number): Spot[] {
  let before = around ?? points[0]?.lon ?? 0;
  return points.map(({ lat, lon }) => {
    before = nearTo(lon, before);
    return { lat, lon: before };
  });
}

/** Whether a place lies in a shape. */
export function holds(shape: Shape, spot: Spot): boolean {
  if (shape.is === 'circle') return distance(shape, spot) <= shape.radius;
  const corners = unrolled(shape.points);
  const west = Math.min(...corners.map(({ lon }) => lon));
  // The copy of the place that is east of the shape's western end.
  const lon = west + ((((spot.lon - west) % 360) + 360) % 360);
  let inside = false;
  corners.forEach((a, i) => {
    const b = corners[(i + 1) % corners.length] ?? a;
    if (a.lat > spot.lat === b.lat > spot.lat) return;
    if (lon < a.lon + ((spot.lat - a.lat) / (b.lat - a.lat)) * (b.lon - a.lon)) inside = !inside;
  });
  return inside;
}

/** The middle of a shape, for its name and for its distance; of a polygon, that of its box. */
export function middleOf(shape: Shape): Spot {
  if (shape.is === 'circle') return { lat: shape.lat, lon: wrapped(shape.lon) };
  const { west, south, east, north } = boxOf(shape);
  return { lat: (south + north) / 2, lon: wrapped((west + east) / 2) };
}

export interface Box {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** What a shape lies in, degrees; one across the antimeridian has an east beyond 180. */
export function boxOf(shape: Shape): Box {
  if (shape.is === 'polygon') {
    const corners = unrolled(shape.points);
    const lats = corners.map(({ lat }) => lat);
    const lons = corners.map(({ lon }) => lon);
    return {
      west: Math.min(...lons),
      south: Math.min(...lats),
      east: Math.max(...lons),
      north: Math.max(...lats),
    };
  }
  const high = shape.radius / EARTH_RADIUS_M / RADIANS;
  const south = shape.lat - high;
  const north = shape.lat + high;
  // Round a pole it is all longitudes; elsewhere the widest place is a little poleward of the middle.
  const share = Math.sin(high * RADIANS) / Math.cos(shape.lat * RADIANS);
  const wide = north >= 90 || south <= -90 || share >= 1 ? 180 : Math.asin(share) / RADIANS;
  return {
    west: shape.lon - wide,
    south: Math.max(-90, south),
    east: shape.lon + wide,
    north: Math.min(90, north),
  };
}

/** Half of the greatest extent, metres: how large it must be drawn to be seen. */
export function reachOf(shape: Shape): number {
  if (shape.is === 'circle') return shape.radius;
  const { west, south, east, north } = boxOf(shape);
  const lat = (south + north) / 2;
  const high = (north - south) / 2;
  const wide = ((east - west) / 2) * Math.cos(lat * RADIANS);
  return Math.max(high, wide) * RADIANS * EARTH_RADIUS_M;
}

/** Square metres. */
export function areaOf(shape: Shape): number {
  if (shape.is === 'circle') {
    const angle = Math.min(shape.radius / EARTH_RADIUS_M, Math.PI);
    return 2 * Math.PI * EARTH_RADIUS_M ** 2 * (1 - Math.cos(angle));
  }
  const corners = unrolled(shape.points);
  const sum = corners.reduce((total, a, i) => {
    const b = corners[(i + 1) % corners.length] ?? a;
    const sines = Math.sin(a.lat * RADIANS) + Math.sin(b.lat * RADIANS);
    return total + (b.lon - a.lon) * RADIANS * (2 + sines);
  }, 0);
  return Math.abs(sum / 2) * EARTH_RADIUS_M ** 2;
}

/**
 * Two sides of a polygon that cross or touch each other, by the corners (from 0) they begin at; null
 * when there are none.
 */
export function tangleOf(points: readonly Spot[]): readonly [number, number] | null {
  const corners = unrolled(points);
  const count = corners.length;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      // Neighbours share a corner, and may.
      if (j === i + 1 || (i === 0 && j === count - 1)) continue;
      const [a, b, c, d] = [corners[i], corners[i + 1], corners[j], corners[(j + 1) % count]];
      if (a && b && c && d && meet(a, b, c, d)) return [i, j];
    }
  }
  return null;
}

function meet(a: Spot, b: Spot, c: Spot, d: Spot): boolean {
  const [abc, abd, cda, cdb] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
  if (abc !== abd && cda !== cdb) return true;
  return (
    (abc === 0 && within(a, b, c)) ||
    (abd === 0 && within(a, b, d)) ||
    (cda === 0 && within(c, d, a)) ||
    (cdb === 0 && within(c, d, b))
  );
}

/** On which side of the line from a to b a place is. */
function side(a: Spot, b: Spot, place: Spot): number {
  return Math.sign((b.lon - a.lon) * (place.lat - a.lat) - (b.lat - a.lat) * (place.lon - a.lon));
}

function within(a: Spot, b: Spot, place: Spot): boolean {
  return (
    place.lon >= Math.min(a.lon, b.lon) &&
    place.lon <= Math.max(a.lon, b.lon) &&
    place.lat >= Math.min(a.lat, b.lat) &&
    place.lat <= Math.max(a.lat, b.lat)
  );
}
