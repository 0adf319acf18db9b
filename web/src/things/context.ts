/** The entries of all things that are listed, and what is wished of their order. */
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { Gazetteer } from '../map/gazetteer';
import type { Key } from '../net/protocol';
import { part } from '../ui/part';
import type { Entry } from './entry';
import type { Feeds } from './freshness';
import type { Arrangement, Filter, Sort } from './roster';

export interface Roster {
  readonly entries: ReadonlyMap<Key, Entry>;
  readonly arrangement: ReadonlySignal<Arrangement>;
  /** How the brokers are to be taken. */
  readonly feeds: ReadonlySignal<Feeds>;
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
