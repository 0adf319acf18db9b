/** What the page needs to know of a kind of things. Each kind's folder exports one of these. */
import type { ComponentType } from 'preact';
import type { TrailSpot } from '../app/trails';
import type { Mark } from '../map/types';
import type { Key, Thing } from '../net/protocol';
import type { Entry } from './entry';
import type { Freshness } from './freshness';

export type Right = 'see' | 'drive' | 'own';

/** A group of the list of everyone. */
export interface Group {
  /** In `Entry.group`, in filters and in counts. */
  readonly id: string;
  readonly title: string;
}

/** What only the page knows about a mark. */
export interface Dressing {
  /** '#rrggbb' */
  readonly colour: string;
  readonly face: string | undefined;
  readonly glideMs: number;
  /** What may be said of it now. */
  readonly fresh: Freshness;
  /** How old the fix is; absent while the position is of now. */
  readonly ageText: string | undefined;
}

/** How a kind that has positions is drawn on the map. */
export interface Marker {
  /** When the newest position was received, server epoch seconds; 0 when never. */
  received(thing: Thing): number;
  /** The mark of a thing, or null while no position is known. */
  mark(thing: Thing, entry: Entry, dressing: Dressing): Mark | null;
  /** Where it is, for its trail; null while that is unknown. */
  spot(thing: Thing): TrailSpot | null;
}

export interface ListedKind {
  readonly group: Group;
  summarise(thing: Thing): Entry;
}

/** What the details of one thing show: its headline, and all that is below it. */
export interface Details {
  readonly Headline: ComponentType<{ thing: Thing; entry: Entry }>;
  readonly Panel: ComponentType<{ thing: Thing; entry: Entry }>;
  /** Sharing is offered in the head of the details; otherwise the panel offers it. */
  readonly sharedFromHead?: boolean;
}

export interface Kind {
  /** The name the wire has for it. */
  readonly name: string;
  /** Read the state of a thing of this kind. */
  read(thing: Thing): object;
  /** How it appears in the list of everyone; absent: it does not. */
  readonly listed?: ListedKind;
  readonly details?: Details;
  /** All of the details, for a kind whose things are no entries. */
  readonly Drawer?: ComponentType<{ of: Key }>;
  readonly marker?: Marker;
  /** It is an area of the map: it is shown whole, cannot be followed, and has no trail. */
  readonly isArea?: boolean;
  /** It has a picture of a machine rather than of a person. */
  readonly isMachine?: boolean;
  readonly granted?: {
    /** What a grant of the whole kind is called: "All friends". */
    label(): string;
    /** The same within a sentence: "all friends". */
    within(): string;
    readonly rights: readonly Right[];
    /** Ids begin with their owner: `friend/jane` is all of jane's devices. */
    readonly owned?: boolean;
  };
}

/** All kinds by the name the wire has for them. */
export type Registry = ReadonlyMap<string, Kind>;

export function registry(...kinds: readonly Kind[]): Registry {
  return new Map(kinds.map((kind) => [kind.name, kind]));
}

/** The groups of the list, in the order of the kinds. */
export function groupsOf(kinds: Registry): readonly Group[] {
  const found = new Map<string, Group>();
  for (const { listed } of kinds.values()) {
    if (listed && !found.has(listed.group.id)) found.set(listed.group.id, listed.group);
  }
  return [...found.values()];
}
