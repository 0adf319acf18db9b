/** The entries of all things that are listed, and what is wished of their order. */
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { Gazetteer } from '../map/gazetteer';
import type { Key } from '../net/protocol';
import { part } from '../ui/part';
import { useTime } from '../app/context';
import { freshnessOf } from './entry';
import type { Entry } from './entry';
import type { Freshness } from './freshness';
import type { Links, Whole } from './links';
import type { Arrangement, Filter, Sort } from './roster';

export interface Roster {
  readonly entries: ReadonlyMap<Key, Entry>;
  readonly arrangement: ReadonlySignal<Arrangement>;
  /** The links that news come over, as they are now. */
  readonly links: ReadonlySignal<Links>;
  /** The links that what is shown depends on: in the past on none. */
  readonly linksShown: ReadonlySignal<Links>;
  /** How the picture that is shown stands as a whole. */
  readonly whole: ReadonlySignal<Whole>;
  readonly query: Signal<string>;
  readonly filter: Signal<Filter>;
  readonly sort: Signal<Sort>;
  readonly earlierOpen: Signal<boolean>;
  /** The towns of the world map, once they are loaded. */
  readonly towns: ReadonlySignal<Gazetteer | null>;
  /** Where an entry is, in the best words there are; empty for what has no place. */
  placeText(entry: Entry): string;
}

export const [RosterProvider, useRoster] = part<Roster>('the roster');

/** What may be said of an entry; drawn anew when a link is lost, and as it ages. */
export function useFreshness(entry: Entry): Freshness;
export function useFreshness(entry: Entry | undefined): Freshness | undefined;
export function useFreshness(entry: Entry | undefined): Freshness | undefined {
  const { linksShown } = useRoster();
  const { now } = useTime();
  return entry && freshnessOf(entry, linksShown.value, now.value);
}
