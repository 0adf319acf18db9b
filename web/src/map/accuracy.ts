/**
 * The circle within which a position lies, as a polygon that a flat map draws correctly.
 */
import type { Polygon } from 'geojson';

const EARTH_RADIUS_M = 6_371_008.8;
const RADIANS = Math.PI / 180;
const CORNERS = 72;

type Ring = [number, number][];

/**
 * A circle on the sphere, as longitudes and latitudes.
 *
 * Across the antimeridian the longitudes go on beyond ±180, which the map draws in one piece. A
 * circle round a pole becomes the whole cap: everything beyond its rim.
 *
 * @param metres radius
 */
export function accuracyCircle(lng: number, lat: number, metres: number): Polygon {
  const angle = Math.min(metres / EARTH_RADIUS_M, Math.PI);
  const rim: Ring = [];
  for (let i = 0; i < CORNERS; i++) rim.push(destination(lng, lat, angle, (i / CORNERS) * 360));

  const reachesNorth = lat + angle / RADIANS >= 90;
  const reachesSouth = lat - angle / RADIANS <= -90;
  if (reachesNorth && reachesSouth) return rectangle(-90, 90);
  if (reachesNorth || reachesSouth) return cap(rim, reachesNorth ? 90 : -90);
  rim.push(rim[0] as [number, number]);
  return { type: 'Polygon', coordinates: [rim.reverse()] };
}

/** Where one gets from a place by a heading (degrees) and an angle (radians) along a great circle. */
function destination(lng: number, lat: number, angle: number, heading: number): [number, number] {
  const from = lat * RADIANS;
  const course = heading * RADIANS;
  const sine =
    Math.sin(from) * Math.cos(angle) + Math.cos(from) * Math.sin(angle) * Math.cos(course);
  const east = Math.atan2(
    Math.sin(course) * Math.sin(angle) * Math.cos(from),
    Math.cos(angle) - Math.sin(from) * sine,
  );
  const north = Math.asin(Math.max(-1, Math.min(1, sine)));
  return [lng + east / RADIANS, north / RADIANS];
}

/** From the rim, which runs once round the world, to the pole. */
function cap(rim: Ring, pole: 90 | -90): Polygon {
  const sorted = rim
    .map(([lng, lat]): [number, number] => [wrap(lng), lat])
    .sort((a, b) => a[0] - b[0]);
  const [first] = sorted as [[number, number]];
  // The rim's ends meet at the antimeridian; the latitude there is near enough that of a corner.
  const closed: Ring = [[-180, first[1]], ...sorted, [180, first[1]], [180, pole], [-180, pole]];
  closed.push(closed[0] as [number, number]);
  return { type: 'Polygon', coordinates: [pole === 90 ? closed : closed.reverse()] };
}

function rectangle(south: number, north: number): Polygon {
  const ring: Ring = [
    [-180, south],
    [180, south],
    [180, north],
    [-180, north],
    [-180, south],
  ];
  return { type: 'Polygon', coordinates: [ring] };
}

function wrap(lng: number): number {
  return lng - 360 * Math.floor((lng + 180) / 360);
}
