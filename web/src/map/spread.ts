/**
 * Moves portraits apart that would lie on each other, as those of a family at home do: they stand
 * in a small ring round the place where they all are. The dot of each stays at its true place.
 */

export interface Disc {
  readonly id: string;
  /** True place, pixels. */
  readonly x: number;
  readonly y: number;
}

export interface Offset {
  readonly dx: number;
  readonly dy: number;
}

/** Portraits nearer than this share a place, pixels. */
const SAME_PLACE = 24;
/** Between neighbours in a ring, pixels: the width of a portrait and a little air. */
const APART = 43;
/** Larger groups are a crowd: spreading them would cover the map. */
const LARGEST_GROUP = 12;

/** How far each portrait is to be drawn from its true place; those that stay are left out. */
export function spread(discs: readonly Disc[]): Map<string, Offset> {
  const offsets = new Map<string, Offset>();
  for (const group of groups(discs)) {
    if (group.length < 2 || group.length > LARGEST_GROUP) continue;
    const middleX = group.reduce((sum, disc) => sum + disc.x, 0) / group.length;
    const middleY = group.reduce((sum, disc) => sum + disc.y, 0) / group.length;
    const radius = APART / 2 / Math.sin(Math.PI / group.length);
    // By id, so that everyone keeps their place in the ring, no matter who moves.
    const ring = group.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    ring.forEach(({ id, x, y }, i) => {
      // Two stand side by side; more begin at the top.
      const angle = (i / ring.length) * 2 * Math.PI + (ring.length === 2 ? Math.PI : -Math.PI / 2);
      offsets.set(id, {
        dx: middleX + radius * Math.cos(angle) - x,
        dy: middleY + radius * Math.sin(angle) - y,
      });
    });
  }
  return offsets;
}

/** Discs that are near each other, or near to one that is. */
function groups(discs: readonly Disc[]): Disc[][] {
  const alone = new Set(discs);
  const found: Disc[][] = [];
  for (const disc of discs) {
    if (!alone.delete(disc)) continue;
    const group = [disc];
    for (const member of group) {
      for (const other of alone) {
        if (Math.hypot(other.x - member.x, other.y - member.y) >= SAME_PLACE) continue;
        alone.delete(other);
        group.push(other); // and is itself visited later in this loop
      }
    }
    found.push(group);
  }
  return found;
}
