/** The list of everyone: its order, and the words for where they are. */
import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { GROUPS } from '../things';
import type { Roster } from '../things/context';
import type { Entry } from '../things/entry';
import { readRegion } from '../things/regions/read';
import type { Stays } from '../things/regions/stays';
import { arrange } from '../things/roster';
import type { Filter, Sort } from '../things/roster';
import { position } from '../ui/numbers';
import type { EntriesParts } from './entries';
import type { LiveParts } from './live';
import type { PlaceParts } from './place';
import { BUILT, createTowns } from './towns';

interface Needs {
  readonly entries: EntriesParts;
  readonly live: LiveParts;
  readonly place: PlaceParts;
  readonly stays: Stays;
  readonly now: ReadonlySignal<number>;
}

export function createRoster({ entries, live, place, stays, now }: Needs): Roster {
  const query = signal('');
  const wanted = computed(() => live.ready.value && place.section.value === 'map');
  const towns = createTowns({ wanted, query, lists: BUILT });
  const filter = signal<Filter>('all');
  const sort = signal<Sort>('name');
  const earlierOpen = signal(false);
  const placeText = (entry: Entry) => {
    // Where we know them to be, before what the phone calls it.
    for (const { region } of stays.of(entry.key)) {
      const thing = live.present.get(`region/${region}`);
      if (thing) return readRegion(thing).name;
    }
    if (entry.place !== '' || !entry.position) return entry.place;
    const { lat, lon } = entry.position;
    return towns.nameAt(lat, lon) ?? position(lat, lon, 2);
  };
  const minute = computed(() => Math.floor(now.value / 60));
  const arrangement = computed(() => {
    void entries.changed.value;
    const wishes = {
      filter: filter.value,
      sort: sort.value,
      query: query.value,
      earlierOpen: earlierOpen.value,
    };
    return arrange(entries.entries.values(), GROUPS, wishes, minute.value * 60, placeText);
  });
  const { feeds } = entries;
  return {
    entries: entries.entries,
    feeds,
    arrangement,
    query,
    filter,
    sort,
    earlierOpen,
    towns: towns.whole,
    placeText,
  };
}
