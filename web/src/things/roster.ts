/**
 * The roster without its pixels: who is shown, in which order and group, and which few of ten
 * thousand rows are in view.
 */
import type { Entry } from './entry';
import { freshnessOf } from './entry';
import type { Freshness } from './freshness';
import type { Links } from './links';
import type { Group } from './kind';
import { plain } from './names';
import type { Key } from '../app/world';

/** Everyone, those who move, or a group by its id. */
export type Filter = string;
export type Sort = 'name' | 'heard' | 'speed' | 'battery';
/** The group of those not heard for long, whatever their kind. */
export const EARLIER_GROUP = 'earlier';

/** Not heard for so many seconds: folded away under "Earlier". */
export const EARLIER = 24 * 3600;

export type Item =
  | { readonly type: 'group'; readonly group: string; readonly count: number }
  | { readonly type: 'row'; readonly entry: Entry; readonly nth: number };

/** How many there are; of each group, by its id. */
export interface Counts {
  readonly [group: string]: number;
  readonly all: number;
  readonly moving: number;
  /** These four are everybody: of now, of then, not heard for long, and cut off by a lost link. */
  readonly live: number;
  readonly stale: number;
  readonly offline: number;
  readonly cut: number;
}

export interface Arrangement {
  readonly items: readonly Item[];
  readonly counts: Counts;
  /** How many rows there are, folded ones left out. */
  readonly rows: number;
  /** Names that more than one has, which therefore need a qualifier. */
  readonly shared: ReadonlySet<string>;
  /** Until when the counts hold if nothing more is heard; epoch seconds. */
  readonly until: number;
}

/** When the list is looked at, and by which links. */
export interface Seen {
  /** Server time, epoch seconds. */
  readonly now: number;
  readonly links: Links;
}

export interface Wishes {
  readonly filter: Filter;
  readonly sort: Sort;
  readonly query: string;
  readonly earlierOpen: boolean;
}

/**
 * Put the entries in order, in these groups. `placeText` tells where an entry is, for those whom a
 * search does not find by their own words.
 */
export function arrange(
  entries: Iterable<Entry>,
  among: readonly Pick<Group, 'id'>[],
  wishes: Wishes,
  { now, links }: Seen,
  placeText: (entry: Entry) => string = (entry) => entry.place,
): Arrangement {
  const words = plain(wishes.query).split(/\s+/).filter(Boolean);
  const groups = new Map<string, Listed[]>(among.map(({ id }) => [id, []]));
  groups.set(EARLIER_GROUP, []);
  const counts = none(among);
  let until = Infinity;
  const names = new Set<string>();
  const shared = new Set<string>();
  for (const entry of entries) {
    counts.all += 1;
    counts[entry.group] = (counts[entry.group] ?? 0) + 1;
    const fresh = freshnessOf(entry, links, now);
    counts[fresh.status === 'cut' ? 'cut' : fresh.presence] += 1;
    if (fresh.moving) counts.moving += 1;
    until = Math.min(until, fresh.until ?? Infinity);
    if (names.has(entry.name)) shared.add(entry.name);
    names.add(entry.name);
    const listed = { entry, fresh };
    if (!wanted(listed, wishes.filter)) continue;
    if (!isFound(entry, words, placeText)) continue;
    groups.get(isEarlier(fresh) ? EARLIER_GROUP : entry.group)?.push(listed);
  }
  const items: Item[] = [];
  let nth = 0;
  for (const [group, members] of groups) {
    if (members.length === 0) continue;
    members.sort(ORDERS[wishes.sort]);
    items.push({ type: 'group', group, count: members.length });
    // Who searches wants to find, also among those long gone.
    if (group === EARLIER_GROUP && !wishes.earlierOpen && words.length === 0) continue;
    for (const { entry } of members) items.push({ type: 'row', entry, nth: ++nth });
  }
  return { items, counts, rows: nth, shared, until };
}

interface Tally {
  [group: string]: number;
  all: number;
  moving: number;
  live: number;
  stale: number;
  offline: number;
  cut: number;
}

interface Listed {
  readonly entry: Entry;
  readonly fresh: Freshness;
}

function none(among: readonly Pick<Group, 'id'>[]): Tally {
  const groups = Object.fromEntries(among.map(({ id }) => [id, 0]));
  return { ...groups, all: 0, moving: 0, live: 0, stale: 0, offline: 0, cut: 0 };
}

function wanted({ entry, fresh }: Listed, filter: Filter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'moving':
      return fresh.moving;
    default:
      return entry.group === filter;
  }
}

function isFound(
  entry: Entry,
  words: readonly string[],
  placeText: (entry: Entry) => string,
): boolean {
  if (words.every((word) => entry.search.includes(word))) return true;
  if (!entry.position) return false;
  const wider = `${entry.search} ${plain(placeText(entry))}`;
  return words.every((word) => wider.includes(word));
}

function isEarlier({ status, current, contactAge }: Freshness): boolean {
  if (current) return false;
  return contactAge === undefined ? status !== 'cut' : contactAge > EARLIER;
}

type Order = (a: Listed, b: Listed) => number;

const byName: Order = ({ entry: a }, { entry: b }) =>
  a.order < b.order ? -1 : a.order > b.order ? 1 : a.key < b.key ? -1 : 1;

/** Greatest first, unknown last, equal ones by name. */
const byMost =
  (of: (listed: Listed) => number | undefined): Order =>
  (a, b) =>
    (of(b) ?? -Infinity) - (of(a) ?? -Infinity) || byName(a, b);

const ORDERS: Record<Sort, Order> = {
  name: byName,
  heard: byMost(({ entry }) => entry.heard),
  speed: byMost(({ entry, fresh }) => (fresh.current ? entry.speed : undefined)),
  battery: (a, b) => (a.entry.battery ?? Infinity) - (b.entry.battery ?? Infinity) || byName(a, b),
};

/** Heights in pixels of what the list is made of. */
export interface Heights {
  readonly row: number;
  readonly group: number;
}

/** Where each item begins; one more number than items, the last being the whole height. */
export function offsetsOf(items: readonly Item[], heights: Heights): Float64Array {
  const offsets = new Float64Array(items.length + 1);
  let y = 0;
  items.forEach((item, index) => {
    offsets[index] = y;
    y += item.type === 'row' ? heights.row : heights.group;
  });
  offsets[items.length] = y;
  return offsets;
}

/** The items in view, from the first up to but not including the last, with some to spare. */
export function windowOf(
  offsets: Float64Array,
  scrolled: number,
  height: number,
  spare = 4,
): [first: number, last: number] {
  const count = offsets.length - 1;
  if (count <= 0) return [0, 0];
  const at = (y: number) => {
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((offsets[middle] ?? 0) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return [
    Math.max(0, at(scrolled) - spare),
    Math.min(count, at(scrolled + Math.max(0, height)) + 1 + spare),
  ];
}

/** The row after (or before) one, by key; the first (or last) when there is no such row. */
export function neighbour(items: readonly Item[], key: Key | null, step: 1 | -1): Key | null {
  const rows = items.filter((item) => item.type === 'row');
  const index = rows.findIndex((item) => item.entry.key === key);
  const next = index < 0 ? (step > 0 ? 0 : rows.length - 1) : index + step;
  return rows[Math.max(0, Math.min(rows.length - 1, next))]?.entry.key ?? null;
}
