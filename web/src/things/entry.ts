/**
 * What the roster and the map need to know of a thing, whatever its kind. Each kind makes these
 * from its own state in `summary.ts`.
 */
import { freshness, MOVING_FOR } from '../app/freshness';
import type { Feeds, Freshness } from '../app/freshness';
import type { Thing } from '../net/protocol';
import type { Key } from '../app/world';

export type Presence = 'live' | 'stale' | 'offline';

export interface Entry {
  readonly key: Key;
  readonly group: 'friends' | 'robots';
  readonly name: string;
  /** Tells two of the same name apart. */
  readonly qualifier: string;
  readonly initials: string;
  /** Name of the colour token, without the dashes: "c3", "robot". */
  readonly colour: string;
  readonly presence: Presence;
  /** It moved at its newest fix: see `movesNow`. */
  readonly moving: boolean;
  /** The newest sign of it, server epoch seconds; absent when there never was one. */
  readonly heard?: number;
  /** When its position was taken, server epoch seconds: often long before it was heard last. */
  readonly fixed?: number;
  /** The broker it was heard over. */
  readonly source?: string;
  /** That broker is lost: what is known is of this time, if that is known. */
  readonly cut?: { readonly asOf: number | undefined };
  /** Percent. */
  readonly battery?: number;
  readonly charging: boolean;
  /** km/h; absent when unknown. */
  readonly speed?: number;
  /** The region it is in, or another word of its own for where it is; empty when there is none. */
  readonly place: string;
  /** Degrees; absent when no position is known. */
  readonly position?: { readonly lat: number; readonly lon: number };
  /** The second line without place and speed: "18 ms · running". */
  readonly note: string;
  /** What the search looks in; lower case, without accents. */
  readonly search: string;
  /** What the order by name goes by. */
  readonly order: string;
}

/** What may be said of an entry now, by the age of what is known of it. */
export function freshnessOf(entry: Entry, now: number): Freshness {
  return freshness(
    {
      presence: entry.presence,
      placed: entry.position !== undefined,
      speed: entry.speed,
      fixed: entry.fixed,
      cut: entry.cut,
    },
    now,
  );
}

/** Whether it moves now, as far as anybody knows. */
export function movesNow(entry: Entry, now: number): boolean {
  return (
    entry.moving &&
    entry.cut === undefined &&
    (entry.fixed === undefined || now - entry.fixed <= MOVING_FOR)
  );
}

/** The entry as it is to be taken while some brokers are lost. */
export function underFeeds(entry: Entry, feeds: Feeds): Entry {
  if (feeds.lost.size === 0) return entry;
  const source = entry.source ?? 'main';
  if (!feeds.lost.has(source)) return entry;
  return {
    ...entry,
    presence: entry.presence === 'live' ? 'stale' : entry.presence,
    cut: { asOf: feeds.lost.get(source) },
  };
}

/** Lower case and without accents, so that "tomas" finds "Tomás". */
export function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase();
}

/** What the order by name goes by: ProBot2 comes before ProBot10. */
export function orderOf(name: string): string {
  return plain(name).replace(/\d+/g, (digits) => digits.padStart(6, '0'));
}

/** One or two letters for the avatar: of the first and last word of the name. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letter = (word: string | undefined) => (word ? ([...word][0] ?? '') : '');
  const first = words[0];
  if (!first) return '?';
  const both =
    words.length > 1 ? letter(first) + letter(words.at(-1)) : [...first].slice(0, 2).join('');
  return both.toUpperCase();
}

const PEOPLE = 8;

/** Everybody keeps a colour for life: one of c1..c8 by their name. */
export function colourOf(name: string): string {
  let hash = 0x811c9dc5;
  for (const character of name) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return `c${String((hash % PEOPLE) + 1)}`;
}

/** Reading fields of a thing that may be absent or of another type than promised. */
export const field = {
  number(thing: Thing, name: string): number | undefined {
    const value = thing[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  },
  text(thing: Thing, name: string): string | undefined {
    const value = thing[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  },
  texts(thing: Thing, name: string): readonly string[] {
    const value = thing[name];
    return Array.isArray(value)
      ? value.filter((each): each is string => typeof each === 'string')
      : [];
  },
  presence(thing: Thing): Presence {
    const value = thing['presence'];
    return value === 'stale' || value === 'offline' ? value : 'live';
  },
};

/** Drop the fields that are undefined, so that absence is absence. */
export function present<T extends object>(
  fields: T,
): {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> } {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) kept[name] = value;
  }
  return kept as ReturnType<typeof present<T>>;
}
