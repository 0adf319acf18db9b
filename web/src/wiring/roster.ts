/** The list of everyone: its order, and the words for where they are. */
import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { SightlineMap } from '../map/types';
import { GROUPS } from '../things';
import type { Roster } from '../things/context';
import type { Entry } from '../things/entry';
import { readRegion } from '../things/regions/read';
import type { Visits } from '../things/regions/visits';
import { wholeOf } from '../things/links';
import { arrange } from '../things/roster';
import type { Filter, Sort } from '../things/roster';
import { position } from '../ui/numbers';
import type { EntriesParts } from './entries';
import type { LinkParts } from './links';
import type { LiveParts } from './live';
import type { PlaceParts } from './place';
import { BUILT, createTowns } from './towns';

interface Needs {
  readonly entries: EntriesParts;
  readonly live: LiveParts;
  readonly links: LinkParts;
  readonly place: PlaceParts;
  readonly visits: Visits;
  readonly map: ReadonlySignal<SightlineMap | null>;
  readonly now: ReadonlySignal<number>;
}

export function createRoster({ entries, live, links, place, visits, map, now }: Needs): Roster {
  const query = signal('');
  const wanted = computed(() => live.ready.value && place.section.value === 'map');
  const towns = createTowns({ map, wanted, query, lists: BUILT });
  const filter = signal<Filter>('all');
  const sort = signal<Sort>('name');
  const earlierOpen = signal(false);
  const placeText = (entry: Entry) => {
    // Where we know them to be, before what the phone calls it.
    for (const { region } of visits.of(entry.key)) {
      const thing = live.present.get(`region/${region}`);
      if (thing) return readRegion(thing).name;
    }
    if (entry.place !== '' || !entry.position) return entry.place;
    const { lat, lon } = entry.position;
    return towns.nameAt(lat, lon) ?? position(lat, lon, 2);
  };
  const { linksShown } = links;
  const due = dueWith(now);
  const arrangement = computed(() => {
    void entries.changed.value;
    void due.signal.value;
    const wishes = {
      filter: filter.value,
      sort: sort.value,
      query: query.value,
      earlierOpen: earlierOpen.value,
    };
    const seen = { now: now.peek(), links: linksShown.value };
    const found = arrange(entries.entries.values(), GROUPS, wishes, seen, placeText);
    due.at(found.until);
    return found;
  });
  return {
    entries: entries.entries,
    links: links.links,
    linksShown,
    whole: computed(() => {
      const { all, cut, offline } = arrangement.value.counts;
      return wholeOf(linksShown.value, all - cut - offline);
    }),
    arrangement,
    query,
    filter,
    sort,
    earlierOpen,
    towns: towns.whole,
    placeText,
  };
}

/** Changes once a minute, and as soon as the counts that were made do not hold any more. */
function dueWith(now: ReadonlySignal<number>) {
  let until = Infinity;
  let passed = 0;
  return {
    signal: computed(() => {
      if (now.value > until) {
        until = Infinity;
        passed += 1;
      }
      return `${String(Math.floor(now.value / 60))} ${String(passed)}`;
    }),
    at(next: number) {
      until = next;
    },
  };
}
