/** The list of everyone: its order, and the words for where they are. */
import { computed, effect, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { Section } from '../app/address';
import { Gazetteer } from '../map/gazetteer';
import { GROUPS } from '../things';
import type { Roster } from '../things/context';
import type { Entry } from '../things/entry';
import { readRegion } from '../things/regions/read';
import type { Stays } from '../things/regions/stays';
import { wholeOf } from '../things/links';
import { arrange } from '../things/roster';
import type { Filter, Sort } from '../things/roster';
import { position } from '../ui/numbers';
import type { EntriesParts } from './entries';
import type { LinkParts } from './links';
import type { LiveParts } from './live';
import type { PlaceParts } from './place';

/** The list of towns is fetched so long after the first picture, in milliseconds. */
const TOWNS_AFTER = 1500;

interface Needs {
  readonly entries: EntriesParts;
  readonly live: LiveParts;
  readonly links: LinkParts;
  readonly place: PlaceParts;
  readonly stays: Stays;
  readonly now: ReadonlySignal<number>;
}

export function createRoster({ entries, live, links, place, stays, now }: Needs): Roster {
  const gazetteer = loadTowns(live.ready, place.section);
  const query = signal('');
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
    return gazetteer.value?.name(lat, lon) ?? position(lat, lon, 2);
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
    towns: gazetteer,
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

/** Load the names of towns once the map is looked at. They are a luxury: they come after everything else, and without them there are numbers. */
function loadTowns(
  ready: ReadonlySignal<boolean>,
  section: ReadonlySignal<Section>,
): ReadonlySignal<Gazetteer | null> {
  const gazetteer = signal<Gazetteer | null>(null);
  const load = () => {
    import('virtual:towns').then(
      ({ default: list }) => {
        gazetteer.value = new Gazetteer(list);
      },
      () => undefined,
    );
  };
  const once = effect(() => {
    if (!ready.value || section.value !== 'map') return;
    setTimeout(load, TOWNS_AFTER);
    queueMicrotask(() => {
      once();
    });
  });
  return gazetteer;
}
