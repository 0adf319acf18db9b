/** Where a thing was during a day, with times and speeds, as the server's history tells it. */
import type { TrackEntry } from '../generated';
import type { Read } from '../net/shape';
import type { Stretch } from './stretch';

export interface TrackPoint {
  readonly lat: number;
  readonly lng: number;
  /** Time of the fix, epoch seconds. */
  readonly at: number;
  /** km/h: as reported, or from the way since the fix before; absent for the first of a stretch. */
  readonly speed?: number;
}

/** Without a fix for so long, in seconds, nobody can say how fast it went. */
const GAP = 1800;
const EARTH = 6_371_008.8;

/** Read the `data` of an answer; what is no fix is left out. Oldest first. */
export function readTrack(data: readonly Read<TrackEntry>[]): TrackPoint[] {
  const fixes: { lat: number; lng: number; at: number; said?: number }[] = [];
  for (const { lat, lon, tst, vel } of data) {
    if (lat === undefined || lon === undefined || tst === undefined) continue;
    fixes.push({ lat, lng: lon, at: tst, ...(vel === undefined ? {} : { said: vel }) });
  }
  fixes.sort((a, b) => a.at - b.at);
  return fixes.map(({ said, ...fix }, n) => {
    const speed = said ?? between(fixes[n - 1], fix);
    return speed === undefined ? fix : { ...fix, speed };
  });
}

function between(
  from: { lat: number; lng: number; at: number } | undefined,
  to: { lat: number; lng: number; at: number },
): number | undefined {
  if (!from || to.at <= from.at || to.at - from.at > GAP) return undefined;
  return (metres(from, to) / (to.at - from.at)) * 3.6;
}

/** Metres on a sphere. */
export function metres(
  a: { readonly lat: number; readonly lng: number },
  b: { readonly lat: number; readonly lng: number },
): number {
  const rad = Math.PI / 180;
  const half =
    Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 +
    Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lng - a.lng) * rad) / 2) ** 2;
  return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** The same way with every fix of a stretch in place of what was known of it. */
export function withExact(
  points: readonly TrackPoint[],
  { start, end }: Stretch,
  exact: readonly TrackPoint[],
): TrackPoint[] {
  const beyond = points.filter(({ at }) => at < start || at > end);
  const place = beyond.findIndex(({ at }) => at > end);
  const split = place < 0 ? beyond.length : place;
  const within = exact.filter(({ at }) => at >= start && at <= end);
  return [...beyond.slice(0, split), ...within, ...beyond.slice(split)];
}

/**
 * The greatest speed in each of `slots` equal parts of a stretch, km/h: 0 where it was and stood,
 * null where nothing is known.
 */
export function profile(
  points: readonly TrackPoint[],
  stretch: Stretch,
  slots: number,
): (number | null)[] {
  const speeds: (number | null)[] = Array.from({ length: slots }, () => null);
  for (const point of points) {
    const slot = Math.floor(((point.at - stretch.start) / (stretch.end - stretch.start)) * slots);
    if (slot < 0 || slot >= slots) continue;
    speeds[slot] = Math.max(speeds[slot] ?? 0, point.speed ?? 0);
  }
  return speeds;
}

/** The point at or last before a time; undefined before the first. */
export function pointAt(points: readonly TrackPoint[], at: number): TrackPoint | undefined {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.at ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return points[low - 1];
}
