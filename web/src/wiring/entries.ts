/** The entries of what is listed: they follow the world, under the brokers that are lost. */
import { batch, signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { Changes } from '../app/scheduler';
import type { Key } from '../app/world';
import type { TimeTravel } from '../past/timetravel';
import { KINDS } from '../things';
import { readBroker } from '../things/broker/read';
import { underFeeds } from '../things/entry';
import type { Entry } from '../things/entry';
import { ALL_WELL, feedsOf, sameFeeds } from '../things/freshness';
import type { Feeds } from '../things/freshness';
import type { LiveParts } from './live';

/** The list is put in order anew at most this often, in milliseconds: it should not twitch. */
const ARRANGE_EVERY = 400;

export interface EntriesParts {
  readonly entries: ReadonlyMap<Key, Entry>;
  readonly feeds: Signal<Feeds>;
  /** Changes when the entries are to be put in order anew. */
  readonly changed: Signal<number>;
  end(): void;
}

interface Needs {
  readonly live: LiveParts;
  readonly past: TimeTravel;
  addSpot(key: Key): void;
}

export function createEntries({ live, past, addSpot }: Needs): EntriesParts {
  const { present, world, scheduler, ready } = live;
  const entries = new Map<Key, Entry>();
  const feeds = signal<Feeds>(ALL_WELL);
  const { changed, soon, end } = calmly();
  const put = (key: Key): boolean => {
    const thing = world.get(key);
    const listed = thing && KINDS.get(thing.k)?.listed;
    if (!listed) return !thing && entries.delete(key);
    const entry = listed.summarise(thing);
    entries.set(key, past.past.peek() ? entry : underFeeds(entry, feeds.peek()));
    return true;
  };
  const lookAtFeeds = () => {
    const next = feedsOf([...present.kind('broker').values()].map(readBroker));
    if (sameFeeds(next, feeds.peek())) return;
    feeds.value = next;
    document.documentElement.dataset['feed'] = next.dark ? 'lost' : 'heard';
    if (past.past.peek()) return;
    for (const key of entries.keys()) if (world.get(key)) put(key);
    soon();
  };
  const take = ({ keys, kinds }: Changes) => {
    ready.value = present.complete;
    if (kinds.has('broker') || kinds.size === 0) lookAtFeeds();
    let any = false;
    for (const key of keys) {
      const one = put(key);
      any = one || any;
      if (one) addSpot(key);
    }
    if (any || kinds.size === 0 || kinds.has('stay')) soon();
  };
  scheduler.on((changes) => {
    batch(() => {
      take(changes);
    });
  });
  return { entries, feeds, changed, end };
}

/** A count that goes up soon after it was asked to, but calmly. */
function calmly() {
  const changed = signal(0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = -Infinity;
  const run = () => {
    timer = undefined;
    last = performance.now();
    changed.value += 1;
  };
  return {
    changed,
    soon() {
      if (timer !== undefined) return;
      const wait = Math.max(0, last + ARRANGE_EVERY - performance.now());
      if (wait === 0) run();
      else timer = setTimeout(run, wait);
    },
    end() {
      clearTimeout(timer);
    },
  };
}
