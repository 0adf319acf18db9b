/**
 * Puts the parts together: socket → world → pulse → what is drawn. One of these exists per page;
 * panels get it through `useApp`.
 */
import { batch, computed, effect, signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import { readPlace, writePlace } from '../app/address';
import type { Place, Section } from '../app/address';
import { createApi } from '../net/api';
import type { Api } from '../net/api';
import { ServerClock } from '../app/clock';
import { Desk } from '../console/client';
import { position } from '../ui/numbers';
import type { Session } from '../app/session';
import { ALL_WELL, feedsOf, sameFeeds } from '../things/freshness';
import type { Feeds } from '../things/freshness';
import { Gazetteer } from '../map/gazetteer';
import { Requests } from '../net/requests';
import { underFeeds } from '../things/entry';
import type { Entry } from '../things/entry';
import { SUMMARIES } from '../things';
import { LogTape } from '../things/broker/log';
import { readBroker } from '../things/broker/read';
import { fixTime, readFriend } from '../things/friends/read';
import { watchHands } from '../things/probots/drive/deadman';
import { Driver } from '../things/probots/drive/driver';
import { collect } from '../things/probots/drive/history';
import type { History } from '../things/probots/drive/history';
import { readCommand, readLease } from '../things/probots/drive/read';
import { Stopper } from '../things/probots/drive/stopper';
import { RegionDesk } from '../things/regions/service';
import { Notifications } from '../things/regions/notifications';
import { readRegion } from '../things/regions/read';
import { Stays } from '../things/regions/stays';
import type { SightlineMap, View } from '../map/types';
import { createTimeTravel } from '../past/outside';
import type { TimeTravel } from '../past/timetravel';
import { Scheduler } from '../app/scheduler';
import { arrange } from '../things/roster';
import type { Arrangement, Filter, Sort } from '../things/roster';
import { preferences } from '../app/preferences';
import type { Likings } from '../app/preferences';
import { Socket } from '../net/socket';
import type { Connection } from '../net/socket';
import type { Hello } from '../net/protocol';
import { FrameLog } from '../app/framelog';
import { Trails } from '../app/trails';
import { EVERYBODY, sectionsFor } from '../app/visitor';
import type { Visitor } from '../app/visitor';
import { Shown, splitKey, World } from '../app/world';
import type { Key, Picture } from '../app/world';

/** The list is put in order anew at most this often, in milliseconds: it should not twitch. */
const ARRANGE_EVERY = 400;
/** The list of towns is fetched so long after the first picture, in milliseconds. */
const TOWNS_AFTER = 1500;

export type Stop = 'low' | 'middle' | 'high';

/** What there is before the world is: who looks at it, and what outlives them. */
export interface Host {
  readonly visitor: Visitor;
  readonly api: Api;
  readonly preferences: Likings;
  readonly gate: Session;
}

export interface App {
  readonly visitor: Visitor;
  /** The sections that are there for this visitor. */
  readonly sections: readonly Section[];
  readonly api: Api;
  readonly gate: Session | null;
  /** What is shown: the world now, or a scene of the past. */
  readonly world: Picture;
  readonly past: TimeTravel;
  readonly pulse: Scheduler;
  readonly clock: ServerClock;
  readonly tape: FrameLog;
  readonly helm: Requests;
  readonly socket: Socket;
  readonly desk: Desk;
  readonly brokerLog: LogTape;
  readonly trails: Trails;
  readonly preferences: Likings;
  readonly entries: ReadonlyMap<Key, Entry>;
  readonly driver: Driver;
  readonly stopper: Stopper;
  readonly history: History;
  readonly regions: RegionDesk;
  readonly stays: Stays;
  readonly herald: Notifications;

  /** Who the server takes us for. */
  readonly user: ReadonlySignal<Hello['user']>;
  readonly connection: ReadonlySignal<Connection>;
  /** Whether a picture of the world has arrived. */
  readonly ready: ReadonlySignal<boolean>;
  /** How the brokers are to be taken. */
  readonly feeds: ReadonlySignal<Feeds>;
  /** Server time, epoch seconds; ticks once a second. */
  readonly now: ReadonlySignal<number>;
  readonly arrangement: ReadonlySignal<Arrangement>;

  readonly section: Signal<Section>;
  /** Which page of a section that has several; empty for its first. */
  readonly tab: Signal<string>;
  readonly selected: Signal<Key | null>;
  /** The robot whose drive page is open. */
  readonly robot: ReadonlySignal<Key | null>;
  readonly following: Signal<Key | null>;
  readonly trail: Signal<boolean>;
  readonly query: Signal<string>;
  readonly filter: Signal<Filter>;
  readonly sort: Signal<Sort>;
  readonly earlierOpen: Signal<boolean>;
  readonly stop: Signal<Stop>;
  readonly help: Signal<boolean>;
  /** What the dialogue for sharing is open for. */
  readonly sharing: Signal<Key | null>;
  readonly map: Signal<SightlineMap | null>;
  /** The view the address asked for when the page was opened. */
  readonly firstView: View | undefined;

  /** Where an entry is, in the best words there are; empty for what has no place. */
  whereabouts(entry: Entry): string;
  select(key: Key | null): void;
  /** Choose something, and bring it into view. */
  show(key: Key): void;
  go(section: Section, tab?: string): void;
  /** Open the drive page of a robot, or close it. */
  choose(robot: Key | null): void;
  /** Stop the robot whose page is open, or all of them. Anybody may, at any time. */
  stopNow(): void;
  follow(key: Key | null): void;
  /** The map came to rest elsewhere. */
  viewed(view: View): void;
  /** A link to what is shown now. */
  link(): string;
  start(): void;
  /** Close for good, and let go of everything that is listened to. */
  end(): void;
}

export function createApp(socketAddress: string, host: Partial<Host> = {}): App {
  const visitor = host.visitor ?? EVERYBODY;
  const gate = host.gate ?? null;
  const sections = sectionsFor(visitor);
  /** A section that is not for this visitor is the map. */
  const open = (section: Section) => (sections.includes(section) ? section : 'map');
  const leaving = new AbortController();
  const { signal: gone } = leaving;
  const world = new World();
  const clock = new ServerClock();
  const tape = new FrameLog();
  const trails = new Trails();
  const entries = new Map<Key, Entry>();
  const shown = new Shown(world);
  const pulse = new Scheduler(shown);
  const brokerLog = new LogTape(world);
  const place = readPlace(location.hash);

  const connection = signal<Connection>({ state: 'connecting' });
  const ready = signal(false);
  const feeds = signal<Feeds>(ALL_WELL);
  const now = signal(clock.seconds());
  const section = signal(open(place.section));
  const tab = signal(place.tab ?? '');
  const selected = signal<Key | null>(chosenOnMap(place));
  const robot = signal<Key | null>(chosenRobot(place));
  const user = signal<Hello['user']>({ name: visitor.name, role: visitor.role });
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
          user.value = frame.user;
          world.greet(frame.epoch);
          break;
        case 'news':
          world.hear(frame);
          break;
        case 'beat':
          clock.heard(frame.now);
          break;
        case 'answer':
          if (!helm.answered(frame)) driver.heard(frame);
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
      if (next.state === 'lost') {
        helm.lost();
        driver.disconnected();
      }
      if (next.state === 'live') past.connected();
      connection.value = next;
      desk.line(next.state === 'live');
      document.documentElement.dataset['connection'] = next.state;
    },
    ended(why) {
      void gate?.ended(why);
    },
    refused() {
      void gate?.check();
    },
    text(direction, label, text) {
      tape.add(direction, label, text, Date.now());
    },
  });
  const helm = new Requests((label, text) => socket.send(label, text));
  const desk = new Desk((verb, fields) => helm.ask(verb, fields));

  const outside = {
    ask: helm.ask.bind(helm),
    tell: helm.tell.bind(helm),
    now: () => performance.now(),
    wall: () => Date.now(),
    every(milliseconds: number, call: () => void) {
      const timer = setInterval(call, milliseconds);
      return () => {
        clearInterval(timer);
      };
    },
    visible: () => document.visibilityState === 'visible',
  };
  const driver = new Driver(outside);
  const stopper = new Stopper(outside);
  const history = collect(world, () => clock.live());
  const api = host.api ?? createApi(new URL('api/1/', document.baseURI).href);
  const past = createTimeTravel({ api, clock, helm, shown });
  const regions = new RegionDesk(world, (verb, fields) => helm.ask(verb, fields));
  const stays = new Stays(shown);
  const herald = new Notifications(world, () => clock.live());
  // Not by the pulse, which waits for the next drawn frame: a lease that is over is over now.
  world.onChange((changed) => {
    const held = driver.holds;
    if (held !== null && (changed.has(`lease/${held}`) || changed.size === 0)) {
      const lease = world.get(`lease/${held}`);
      driver.leased(held, lease ? readLease(lease) : null, endOf);
    }
    for (const key of changed) {
      const thing = key.startsWith('command/') ? world.get(key) : undefined;
      if (thing?.['what'] !== 'end') continue;
      const { lease, why } = readCommand(thing);
      if (lease !== undefined && why !== undefined) driver.ended(lease, why);
    }
  });
  const endOf = (fence: number): string | undefined => {
    for (const thing of world.kind('command').values()) {
      if (thing['what'] === 'end' && thing['lease'] === fence) return readCommand(thing).why;
    }
    return undefined;
  };

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
  const lookAtFeeds = () => {
    const next = feedsOf([...world.kind('broker').values()].map(readBroker));
    if (sameFeeds(next, feeds.peek())) return;
    feeds.value = next;
    document.documentElement.dataset['feed'] = next.dark ? 'lost' : 'heard';
    if (past.past.peek()) return;
    for (const [key] of entries) {
      const thing = shown.get(key);
      const summarise = thing && SUMMARIES[thing.k];
      if (summarise) entries.set(key, underFeeds(summarise(thing), next));
    }
    arrangeSoon();
  };
  pulse.on(({ keys, kinds }) => {
    batch(() => {
      ready.value = world.complete;
      if (kinds.has('broker') || kinds.size === 0) lookAtFeeds();
      let any = false;
      for (const key of keys) {
        const thing = shown.get(key);
        const summarise = thing && SUMMARIES[thing.k];
        if (summarise) {
          const entry = summarise(thing);
          entries.set(key, past.past.peek() ? entry : underFeeds(entry, feeds.peek()));
          any = true;
          if (trails.keeps(key)) addSpot(key);
        } else if (!thing) {
          any = entries.delete(key) || any;
        }
      }
      if (any || kinds.size === 0 || kinds.has('stay')) arrangeSoon();
    });
  });

  const addSpot = (key: Key) => {
    if (past.past.peek()) return;
    const thing = world.get(key);
    if (thing?.k !== 'friend') return;
    const friend = readFriend(thing);
    const at = fixTime(friend);
    if (friend.lat === undefined || friend.lon === undefined || at === undefined) return;
    trails.add(key, { lng: friend.lon, lat: friend.lat, at, speed: friend.speed });
  };
  const keepTrail = (key: Key) => {
    if (splitKey(key)[0] === 'region') return;
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
    if (!ready.value || section.value !== 'map') return;
    setTimeout(loadTowns, TOWNS_AFTER);
    queueMicrotask(() => {
      loadTownsOnce();
    });
  });

  const whereabouts = (entry: Entry) => {
    // Where we know them to be, before what the phone calls it.
    for (const { region } of stays.of(entry.key)) {
      const thing = world.get(`region/${region}`);
      if (thing) return readRegion(thing).name;
    }
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

  const chosenNow = () => {
    const chosen =
      section.value === 'map' ? selected.value : section.value === 'robots' ? robot.value : null;
    return chosen === null ? {} : { selected: chosen };
  };
  const writeAddress = () => {
    // The map may still come to rest after everything else has gone.
    if (gone.aborted) return;
    const next = writePlace({
      section: section.value,
      tab: tab.value,
      ...(section.value === 'map' && view.value ? { view: view.value } : {}),
      ...(section.value === 'map' ? {} : { tab: tab.value }),
      ...chosenNow(),
    });
    if (next !== location.hash) window.history.replaceState(null, '', next);
  };

  if (selected.value !== null) keepTrail(selected.value);

  // Whoever leaves the present leaves the robot.
  const unwatchTime = effect(() => {
    const at = past.at.value;
    clock.hold(at);
    now.value = clock.seconds();
    if (at !== null) driver.release();
    document.documentElement.dataset['clock'] = at === null ? 'live' : 'past';
  });
  const unwatchChosen = effect(() => {
    past.choose(selected.value);
  });

  const app: App = {
    visitor,
    sections,
    api,
    gate,
    world: shown,
    past,
    pulse,
    clock,
    tape,
    helm,
    socket,
    desk,
    brokerLog,
    trails,
    preferences: host.preferences ?? preferences(),
    entries,
    driver,
    stopper,
    history,
    regions,
    stays,
    herald,
    user,
    connection,
    ready,
    feeds,
    now,
    arrangement,
    section,
    tab,
    selected,
    robot,
    following,
    trail,
    query,
    filter,
    sort,
    earlierOpen,
    stop: signal<Stop>('middle'),
    help: signal(false),
    sharing: signal<Key | null>(null),
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
    show(key) {
      app.select(key);
      // When the panels are where they will be, and with them the middle of the map.
      requestAnimationFrame(() => {
        const map = app.map.value;
        if (splitKey(key)[0] === 'region') map?.showArea(key);
        else map?.flyTo(key);
      });
    },
    go(wanted, page = '') {
      const next = open(wanted);
      if (next === section.value && page === tab.value) return;
      batch(() => {
        section.value = next;
        tab.value = page;
      });
      window.history.pushState(null, '', writePlace({ section: next, tab: page }));
      writeAddress();
    },
    choose(key) {
      if (key === robot.value && section.value === 'robots') return;
      robot.value = key;
      section.value = 'robots';
      window.history.pushState(null, '', writePlace({ section: 'robots' }));
      writeAddress();
    },
    stopNow() {
      const open = section.value === 'robots' ? robot.value : null;
      const name = open === null ? null : splitKey(open)[1];
      void stopper.stop(name, open === null ? null : (entries.get(open)?.name ?? name));
      if (name === null || driver.holds === name) driver.stopped();
    },
    follow(key) {
      if (key !== null && splitKey(key)[0] === 'region') return;
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
        if (gone.aborted) return;
        now.value = clock.seconds();
        setTimeout(tick, 1000 - ((Date.now() + clock.offset) % 1000) + 5);
      };
      tick();
      const retry = () => {
        socket.retry();
      };
      const wake = () => {
        if (document.visibilityState !== 'visible') return;
        now.value = clock.seconds();
        socket.wake();
      };
      addEventListener('online', retry, { signal: gone });
      addEventListener('pageshow', wake, { signal: gone });
      document.addEventListener('visibilitychange', wake, { signal: gone });
      const follow = () => {
        const asked = readPlace(location.hash);
        section.value = open(asked.section);
        tab.value = asked.tab ?? '';
        if (asked.section === 'robots') robot.value = chosenRobot(asked);
        const chosen = chosenOnMap(asked);
        if (chosen !== null && chosen !== selected.value) app.select(chosen);
      };
      addEventListener('hashchange', follow, { signal: gone });
      addEventListener('popstate', follow, { signal: gone });
      const unwatchHands = watchHands((why) => {
        driver.hands(why);
      });
      // Whoever leaves the drive page leaves the robot.
      const unwatchPlace = effect(() => {
        const here = section.value === 'robots' && robot.value !== null;
        const at = here ? splitKey(robot.value ?? '')[1] : null;
        if (driver.about !== null && driver.about !== at) driver.release();
        driver.tell(null);
      });
      gone.addEventListener('abort', () => {
        unwatchHands();
        unwatchPlace();
        unwatchTime();
        unwatchChosen();
      });
      socket.start();
    },
    end() {
      // Whoever goes lets go of the robot first.
      driver.release();
      leaving.abort();
      past.end();
      clearTimeout(arrangeTimer);
      socket.stop();
      helm.lost();
    },
  };
  return app;
}

function chosenOnMap(place: Place): Key | null {
  return place.section === 'robots' ? null : (place.selected ?? null);
}

function chosenRobot(place: Place): Key | null {
  const chosen = place.selected;
  return place.section === 'robots' && chosen?.startsWith('probot/') === true ? chosen : null;
}
