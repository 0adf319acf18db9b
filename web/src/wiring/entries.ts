/** The entries of what is listed: they follow the world. */
import { batch, signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { Changes } from '../app/scheduler';
import type { Key } from '../app/world';
import { KINDS } from '../things';
import type { Entry } from '../things/entry';
import type { LiveParts } from './live';

/** The list is put in order anew at most this often, in milliseconds: it should not twitch. */
const ARRANGE_EVERY = 400;

export interface EntriesParts {
  readonly entries: ReadonlyMap<Key, Entry>;
  /** Changes when the entries are to be put in order anew. */
  readonly changed: Signal<number>;
  end(): void;
}

interface Needs {
  readonly live: LiveParts;
  addSpot(key: Key): void;
}

export function createEntries({ live, addSpot }: Needs): EntriesParts {
  const { present, world, scheduler, ready } = live;
  const entries = new Map<Key, Entry>();
  const { changed, soon, end } = calmly();
  const put = (key: Key): boolean => {
    const thing = world.get(key);
    const listed = thing && KINDS.get(thing.k)?.listed;
    if (!listed) return !thing && entries.delete(key);
    entries.set(key, listed.summarise(thing));
    return true;
  };
  const take = ({ keys, kinds }: Changes) => {
    ready.value = present.complete;
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
  return { entries, changed, end };
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
