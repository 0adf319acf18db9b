/**
 * What the roster and the map need to know of a thing, whatever its kind. Each kind makes these
 * from its own state in `summary.ts`.
 */
import { freshness } from './freshness';
import type { Freshness } from './freshness';
import type { Links } from './links';
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
  /** What the server found; what is shown of it is for `freshnessOf` to say. */
  readonly presence: Presence;
  /** The newest sign of it, server epoch seconds; absent when there never was one. */
  readonly heard?: number;
  /** When its position was taken, server epoch seconds: often long before it was heard last. */
  readonly fixed?: number;
  /** The way its news came: a broker by its name, or `http`. */
  readonly source?: string;
  /** Percent. */
  readonly battery?: number;
  readonly charging: boolean;
  /** km/h at its newest fix; absent when unknown. */
  readonly speed?: number;
  /** The region it is in, or another word of its own for where it is; empty when there is none. */
  readonly place: string;
  /** Degrees; absent when no position is known. */
  readonly position?: { readonly lat: number; readonly lon: number };
  /** The second line without place and speed: "18 ms · running". It is of when it was heard last. */
  readonly note: string;
  /** What the search looks in; lower case, without accents. */
  readonly search: string;
  /** What the order by name goes by. */
  readonly order: string;
}

/** What may be said of an entry at `now`, under these links. */
export function freshnessOf(entry: Entry, links: Links, now: number): Freshness {
  return freshness(
    {
      presence: entry.presence,
      placed: entry.position !== undefined,
      speed: entry.speed,
      fixed: entry.fixed,
      heard: entry.heard,
      source: entry.source,
    },
    links,
    now,
  );
}
