/** Pieces of the world, in degrees; one that crosses the antimeridian has an east beyond 180. */

export interface Bounds {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** The smallest piece with all these places in it, or null when there is none. */
export function boundsOf(places: readonly { lng: number; lat: number }[]): Bounds | null {
  const lngs = places.map(({ lng }) => lng).sort((a, b) => a - b);
  const [first] = lngs;
  const last = lngs.at(-1);
  if (first === undefined || last === undefined) return null;
  let south = Infinity;
  let north = -Infinity;
  for (const { lat } of places) {
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  // It begins where the widest stretch without anybody ends; that may be the one across ±180°.
  let west = first;
  let east = last;
  let widest = first + 360 - last;
  let before = first;
  for (const lng of lngs) {
    if (lng - before > widest) {
      widest = lng - before;
      west = lng;
      east = before + 360;
    }
    before = lng;
  }
  return { west, south, east, north };
}
