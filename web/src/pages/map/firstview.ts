/**
 * Whom the map opens on when nobody said where to look: all who are there, as long as one then still
 * sees where they are; else those about the viewer, or the greatest company.
 */
import { boundsOf } from '../../map/bounds';
import type { Mark } from '../../map/types';

/** So far apart they are seen together, degrees: a large country. */
const TOGETHER = 20;
/** Side of the squares that companies are counted in, degrees. */
const SQUARE = 5;

type Seen = Pick<Mark, 'id' | 'lng' | 'lat' | 'kind' | 'presence'>;

/** The ids of those to show at first; `me` is the viewer's account. */
export function firstSeen(marks: readonly Seen[], me: string): string[] {
  const some = firstOf(
    marks.filter(({ kind, presence }) => kind === 'friend' && presence !== 'offline'),
    marks.filter(({ kind }) => kind === 'friend'),
    marks,
  );
  if (closeTogether(some)) return idsOf(some);
  const own = some.filter(({ id }) => id.startsWith(`friend/${me}/`));
  const company = companyOf(own.length > 0 ? own : some, some);
  return idsOf(company);
}

function closeTogether(marks: readonly Seen[]): boolean {
  const bounds = boundsOf(marks);
  if (!bounds) return true;
  return bounds.east - bounds.west <= TOGETHER && bounds.north - bounds.south <= TOGETHER;
}

/** All who are about the square where most of these are. */
function companyOf(these: readonly Seen[], all: readonly Seen[]): readonly Seen[] {
  const counts = new Map<string, number>();
  for (const mark of all) {
    const key = squareOf(mark);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  let best: Seen | undefined;
  let most = 0;
  for (const mark of these) {
    const count = counts.get(squareOf(mark)) ?? 0;
    if (count > most) [best, most] = [mark, count];
  }
  if (!best) return all;
  const { lng, lat } = best;
  return all.filter(
    (mark) => Math.abs(turn(mark.lng - lng)) <= SQUARE && Math.abs(mark.lat - lat) <= SQUARE,
  );
}

function squareOf({ lng, lat }: Seen): string {
  return `${String(Math.floor(lng / SQUARE))} ${String(Math.floor(lat / SQUARE))}`;
}

/** A difference of longitudes, the shorter way round. */
function turn(degrees: number): number {
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}

function firstOf(...lists: (readonly Seen[])[]): readonly Seen[] {
  return lists.find((list) => list.length > 0) ?? [];
}

function idsOf(marks: readonly Seen[]): string[] {
  return marks.map(({ id }) => id);
}
