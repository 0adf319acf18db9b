/**
 * What the roster and the map need to know of a thing, whatever its kind. Each kind makes these
 * from its own state in `summary.ts`.
 */
import { freshness, MOVING_FOR } from './freshness';
import type { Feeds, Freshness } from './freshness';
import type { Key, Presence } from '../net/protocol';

export type { Presence };

export interface Entry {
  readonly key: Key;
  /** The group of the list it belongs to. */
  readonly group: string;
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
