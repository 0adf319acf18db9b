/**
 * Puts the parts together: socket → world → pulse → what is drawn. One of these exists per page;
 * panels get it through `useApp`.
 */
import { batch, computed, effect, signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import { readPlace, writePlace } from './address';
import type { Section } from './address';
import { ServerClock } from './clock';
import { Desk } from './console/desk';
import { position } from './figures';
import { Gazetteer } from './gazetteer';
import { Helm } from './helm';
import type { Entry } from './kinds/entry';
import { SUMMARIES } from './kinds';
import { LogTape } from './kinds/broker/log';
import { fixTime, readFriend } from './kinds/friends/read';
import type { SightlineMap, View } from './map/types';
import { Pulse } from './pulse';
import { arrange } from './roster';
import type { Arrangement, Filter, Sort } from './roster';
import { likings } from './settings';
import type { Likings } from './settings';
import { Socket } from './socket';
import type { Connection } from './socket';
import { Tape } from './tape';
import { Trails } from './trails';
import { World } from './world';
import type { Key } from './world';

/** The list is put in order anew at most this often, in milliseconds: it should not twitch. */
const ARRANGE_EVERY = 400;
/** The list of towns is fetched so long after the first picture, in milliseconds. */
const TOWNS_AFTER = 1500;
/** The banner waits so long, in milliseconds, in case the connection is back at once. */
export const BANNER_AFTER = 2000;

export type Stop = 'low' | 'middle' | 'high';

export interface App {
  readonly world: World;
  readonly pulse: Pulse;
  readonly clock: ServerClock;
  readonly tape: Tape;
  readonly helm: Helm;
  readonly socket: Socket;
  readonly desk: Desk;
  readonly brokerLog: LogTape;
  readonly trails: Trails;
  readonly likings: Likings;
  readonly entries: ReadonlyMap<Key, Entry>;

  readonly connection: ReadonlySignal<Connection>;
  /** Whether a picture of the world has arrived. */
  readonly ready: ReadonlySignal<boolean>;
  /** Server time, epoch seconds; ticks once a second. */
  readonly now: ReadonlySignal<number>;
  readonly arrangement: ReadonlySignal<Arrangement>;

  readonly section: Signal<Section>;
  /** The part of the section that is shown; empty for its first. */
  readonly tab: Signal<string>;
  readonly selected: Signal<Key | null>;
  readonly following: Signal<Key | null>;
  readonly trail: Signal<boolean>;
  readonly query: Signal<string>;
  readonly filter: Signal<Filter>;
  readonly sort: Signal<Sort>;
  readonly earlierOpen: Signal<boolean>;
  readonly stop: Signal<Stop>;
  readonly help: Signal<boolean>;
  readonly map: Signal<SightlineMap | null>;
  /** The view the address asked for when the page was opened. */
  readonly firstView: View | undefined;

  /** Where an entry is, in the best words there are; empty for what has no place. */
  whereabouts(entry: Entry): string;
  select(key: Key | null): void;
  go(section: Section, tab?: string): void;
  follow(key: Key | null): void;
  /** The map came to rest elsewhere. */
  viewed(view: View): void;
  /** A link to what is shown now. */
  link(): string;
  start(): void;
}

export function createApp(socketAddress: string): App {
  const world = new World();
  const clock = new ServerClock();
  const tape = new Tape();
  const trails = new Trails();
  const entries = new Map<Key, Entry>();
  const pulse = new Pulse(world);
  const brokerLog = new LogTape(world);
  const place = readPlace(location.hash);

  const connection = signal<Connection>({ state: 'connecting' });
  const ready = signal(false);
  const now = signal(clock.seconds());
  const section = signal(place.section);
  const tab = signal(place.tab ?? '');
  const selected = signal<Key | null>(place.selected ?? null);
  const following = signal<Key | null>(null);
  const trail = signal(true);
  const query = signal('');
  const filter = signal<Filter>('all');
  const sort = signal<Sort>('name');
  const earlierOpen = signal(false);
  const view = signal<View | undefined>(place.view);

  const socket = new Socket(socketAddress, {
    cursor: () => world.cursor,
    frame(frame) {
      switch (frame.t) {
        case 'hello':
          clock.forget();
          clock.heard(frame.now);
          world.greet(frame.epoch);
          break;
        case 'news':
          world.hear(frame);
          break;
        case 'beat':
          clock.heard(frame.now);
          break;
        case 'answer':
          helm.answered(frame);
          break;
        case 'heard':
        case 'sub':
        case 'topics':
          desk.told(frame);
          break;
        case 'other':
          break;
      }
    },
    state(next) {
      if (next.state === 'lost') helm.lost();
      connection.value = next;
      desk.line(next.state === 'live');
      document.documentElement.dataset['connection'] = next.state;
    },
    text(direction, label, text) {
      tape.add(direction, label, text, Date.now());
    },
  });
  const helm = new Helm((label, text) => socket.send(label, text));
  const desk = new Desk((verb, fields) => helm.ask(verb, fields));

  // Entries follow the world; the order follows the entries, but calmly.
  const entriesChanged = signal(0);
  let arrangeTimer: ReturnType<typeof setTimeout> | undefined;
  let arrangedAt = -Infinity;
  const arrangeSoon = () => {
    if (arrangeTimer !== undefined) return;
    const wait = Math.max(0, arrangedAt + ARRANGE_EVERY - performance.now());
    const run = () => {
      arrangeTimer = undefined;
      arrangedAt = performance.now();
      entriesChanged.value += 1;
    };
    if (wait === 0) run();
    else arrangeTimer = setTimeout(run, wait);
  };
  pulse.on(({ keys, kinds }) => {
    batch(() => {
      ready.value = world.complete;
      let any = false;
      for (const key of keys) {
        const thing = world.get(key);
        const summarise = thing && SUMMARIES[thing.k];
        if (summarise) {
          const entry = summarise(thing);
          entries.set(key, entry);
          any = true;
          if (trails.keeps(key)) addSpot(key);
        } else if (!thing) {
          any = entries.delete(key) || any;
        }
      }
      if (any || kinds.size === 0) arrangeSoon();
    });
  });

  const addSpot = (key: Key) => {
    const thing = world.get(key);
    if (thing?.k !== 'friend') return;
    const friend = readFriend(thing);
    const at = fixTime(friend);
    if (friend.lat === undefined || friend.lon === undefined || at === undefined) return;
    trails.add(key, { lng: friend.lon, lat: friend.lat, at, speed: friend.speed });
  };
  const keepTrail = (key: Key) => {
    trails.keep(key);
    addSpot(key);
  };

  // Town names are a luxury: they come after everything else, and without them there are numbers.
  const gazetteer = signal<Gazetteer | null>(null);
  const loadTowns = () => {
    import('virtual:towns').then(
      ({ default: list }) => {
        gazetteer.value = new Gazetteer(list);
      },
      () => undefined,
    );
  };
  const loadTownsOnce = effect(() => {
    if (!ready.value) return;
    setTimeout(loadTowns, TOWNS_AFTER);
    queueMicrotask(() => {
      loadTownsOnce();
    });
  });

  const whereabouts = (entry: Entry) => {
    if (entry.place !== '' || !entry.position) return entry.place;
    const { lat, lon } = entry.position;
    return gazetteer.value?.name(lat, lon) ?? position(lat, lon, 2);
  };

  const minute = computed(() => Math.floor(now.value / 60));
  const arrangement = computed(() => {
    void entriesChanged.value;
    return arrange(
      entries.values(),
      {
        filter: filter.value,
        sort: sort.value,
        query: query.value,
        earlierOpen: earlierOpen.value,
      },
      minute.value * 60,
      whereabouts,
    );
  });

  const writeAddress = () => {
    const next = writePlace({
      section: section.value,
      tab: tab.value,
      ...(section.value === 'map' && view.value ? { view: view.value } : {}),
      ...(section.value !== 'map' || selected.value === null ? {} : { selected: selected.value }),
    });
    if (next !== location.hash) history.replaceState(null, '', next);
  };

  if (selected.value !== null) keepTrail(selected.value);

  const app: App = {
    world,
    pulse,
    clock,
    tape,
    helm,
    socket,
    desk,
    brokerLog,
    trails,
    likings: likings(),
    entries,
    connection,
    ready,
    now,
    arrangement,
    section,
    tab,
    selected,
    following,
    trail,
    query,
    filter,
    sort,
    earlierOpen,
    stop: signal<Stop>('middle'),
    help: signal(false),
    map: signal<SightlineMap | null>(null),
    firstView: place.view,
    whereabouts,
    select(key) {
      batch(() => {
        if (key !== selected.value) following.value = null;
        selected.value = key;
        if (key !== null) keepTrail(key);
      });
      writeAddress();
    },
    go(next, part = '') {
      if (next === section.value && part === tab.value) return;
      batch(() => {
        section.value = next;
        tab.value = part;
      });
      history.pushState(null, '', writePlace({ section: next, tab: part }));
      writeAddress();
    },
    follow(key) {
      if (key !== null) keepTrail(key);
      following.value = key;
    },
    viewed(next) {
      view.value = next;
      if (section.value === 'map') writeAddress();
    },
    link() {
      writeAddress();
      return location.href;
    },
    start() {
      const tick = () => {
        now.value = clock.seconds();
        setTimeout(tick, 1000 - ((Date.now() + clock.offset) % 1000) + 5);
      };
      tick();
      addEventListener('online', () => {
        socket.retry();
      });
      addEventListener('pageshow', () => {
        socket.wake();
      });
      document.addEventListener('visibilitychange', () => {
        if (document.visibilityState !== 'visible') return;
        now.value = clock.seconds();
        socket.wake();
      });
      const follow = () => {
        const asked = readPlace(location.hash);
        section.value = asked.section;
        tab.value = asked.tab ?? '';
        if (asked.selected !== undefined && asked.selected !== selected.value) {
          app.select(asked.selected);
        }
      };
      addEventListener('hashchange', follow);
      addEventListener('popstate', follow);
      socket.start();
    },
  };
  return app;
}
