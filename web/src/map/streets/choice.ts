/**
 * Which of several maps are drawn: the most detailed that covers the view, and what lies beside it.
 * Pure: what is asked here is asked again whenever the view comes to rest.
 */
import type { Bounds } from '../bounds';
import type { MapSource } from './source';

/** From this zoom on there is no finer data, only larger drawings of the same. */
const FINEST = 14;
/** A map is drawn from the zoom at which it is so many pixels wide. */
const SEEN_PX = 160;
const TILE_PX = 512;
/** The zooms between which a part of the world begins to be drawn. */
const EARLIEST = 4;
const LATEST = 11;
/** What is wider than this counts as the whole world, degrees. */
const WORLD = 300;
/** From this zoom on one sees streets. */
export const STREETS_FROM = 13;

/** Sort maps, the most detailed first: finer data, then a smaller area, then by name. */
export function byDetail(maps: readonly MapSource[]): MapSource[] {
  return [...maps].sort(
    (a, b) =>
      Math.min(b.maxZoom, FINEST) - Math.min(a.maxZoom, FINEST) ||
      areaOf(a.bounds) - areaOf(b.bounds) ||
      (a.name < b.name ? -1 : 1),
  );
}

/** The zoom (a whole number) from which a map is drawn; nearer to the world than that, it is a speck. */
export function startZoom({ bounds, minZoom }: MapSource): number {
  const wide = bounds.east - bounds.west;
  if (wide > WORLD) return minZoom;
  const seen = Math.round(Math.log2((SEEN_PX * 360) / (TILE_PX * Math.max(wide, 1e-6))));
  return Math.max(minZoom, Math.min(LATEST, Math.max(EARLIEST, seen)));
}

/**
 * The maps to draw for a view, the uppermost first. A map that holds all of another one is left out
 * where that one covers the view; neighbours are both drawn.
 *
 * @param maps the most detailed first
 */
export function neededFor(maps: readonly MapSource[], view: Bounds, zoom: number): MapSource[] {
  const needed: MapSource[] = [];
  for (const map of maps) {
    if (zoom < startZoom(map) - 1 || !touches(map.bounds, view)) continue;
    const hidden = needed.some(
      (above) =>
        zoom >= startZoom(above) && holds(above.bounds, view) && holds(map.bounds, above.bounds),
    );
    if (!hidden) needed.push(map);
  }
  return needed;
}

/** The maps whose names replace those of this one where they are: more detailed parts of its area. */
export function within(map: MapSource, maps: readonly MapSource[]): MapSource[] {
  const place = maps.indexOf(map);
  return maps.filter((other, n) => n < place && holds(map.bounds, other.bounds));
}

/** Whether one sees streets at a place, on one of these maps. */
export function hasStreets(maps: readonly MapSource[], lng: number, lat: number): boolean {
  const spot = { west: lng, east: lng, south: lat, north: lat };
  return maps.some(
    ({ role, maxZoom, bounds }) =>
      role === 'base' && maxZoom >= STREETS_FROM && holds(bounds, spot),
  );
}

/** A view with this share of itself added on every side. */
export function widened({ west, south, east, north }: Bounds, share: number): Bounds {
  const wide = (east - west) * share;
  const high = (north - south) * share;
  return { west: west - wide, south: south - high, east: east + wide, north: north + high };
}

/** A piece of the world with so many degrees more on every side. */
export function grown({ west, south, east, north }: Bounds, by: number): Bounds {
  return { west: west - by, south: south - by, east: east + by, north: north + by };
}

export function holds(outer: Bounds, inner: Bounds): boolean {
  if (outer.south > inner.south || outer.north < inner.north) return false;
  return COPIES.some((turn) => outer.west <= inner.west + turn && outer.east >= inner.east + turn);
}

export function touches(a: Bounds, b: Bounds): boolean {
  if (a.south > b.north || a.north < b.south) return false;
  return COPIES.some((turn) => a.west <= b.east + turn && a.east >= b.west + turn);
}

/** A longitude may be given a turn farther east or west. */
const COPIES = [0, -360, 360];

function areaOf({ west, south, east, north }: Bounds): number {
  return (east - west) * (north - south);
}
