/** The pieces of the world that towns come in: fields of so many degrees. Pure; the build has it too. */

const DEGREES = 15;
/** A town in another piece may be the one that a position is near, degrees of a great circle. */
const NEAR = 0.4;

/** The piece in which a position lies. */
export function pieceOf(lat: number, lng: number): string {
  const row = Math.min(180 / DEGREES - 1, Math.max(0, Math.floor((lat + 90) / DEGREES)));
  const around = (((lng + 180) % 360) + 360) % 360;
  return `${String(row)}-${String(Math.floor(around / DEGREES))}`;
}

/** The pieces in which the towns near a position are: mostly one. */
export function piecesNear(lat: number, lng: number): ReadonlySet<string> {
  const wide = NEAR / Math.max(0.05, Math.cos((lat * Math.PI) / 180));
  const found = new Set<string>();
  for (const y of [lat - NEAR, lat + NEAR]) {
    for (const x of [lng - wide, lng + wide]) found.add(pieceOf(y, x));
  }
  return found;
}
