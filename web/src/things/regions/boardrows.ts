/** The rows of the board: regions with who is in them. */
import type { Key } from '../../app/world';
import { orderOf, plain } from '../names';
import type { Region } from './read';
import type { Visit } from './visits';

export interface BoardRow {
  readonly region: Region;
  readonly visits: readonly Visit[];
}

/**
 * The regions in order of their names, with who is in them; those of which neither the name nor
 * anybody in them has the words that are looked for are left out.
 */
export function boardOf(
  regions: Iterable<Region>,
  visitsIn: (id: string) => readonly Visit[],
  query: string,
  nameOf: (key: Key) => string,
): { occupied: BoardRow[]; empty: BoardRow[] } {
  const words = plain(query).split(/\s+/).filter(Boolean);
  const occupied: BoardRow[] = [];
  const empty: BoardRow[] = [];
  for (const region of regions) {
    const visits = visitsIn(region.id);
    const text = plain([region.name, ...visits.map(({ thing }) => nameOf(thing))].join(' '));
    if (!words.every((word) => text.includes(word))) continue;
    (visits.length > 0 ? occupied : empty).push({ region, visits });
  }
  const byName = (a: BoardRow, b: BoardRow) => {
    const [one, other] = [orderOf(a.region.name), orderOf(b.region.name)];
    return one < other ? -1 : one > other ? 1 : a.region.id < b.region.id ? -1 : 1;
  };
  return { occupied: occupied.sort(byName), empty: empty.sort(byName) };
}
