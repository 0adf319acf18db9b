/** Binds the keys of keys.ts to what they do. Keys typed into a field are left alone. */
import type { Section } from '../app/address';
import type { Layout, Live, MapState, Navigation, Selection } from '../app/context';
import { pressed } from '../app/keys';
import type { Action, Waiting } from '../app/keys';
import type { Preferences } from '../app/preferences';
import type { TimeTravel } from '../past/timetravel';
import type { Driving } from '../things/probots/drive/context';
import type { Regions } from '../things/regions/context';

/** What the keys act on. */
export interface ActedOn {
  readonly live: Pick<Live, 'world'>;
  readonly navigation: Pick<Navigation, 'section' | 'robot' | 'go' | 'choose'>;
  readonly selection: Pick<Selection, 'selected' | 'following' | 'trail' | 'select' | 'follow'>;
  readonly layout: Pick<Layout, 'help'>;
  readonly mapState: Pick<MapState, 'map'>;
  readonly preferences: Pick<Preferences, 'theme' | 'change'>;
  readonly past: Pick<TimeTravel, 'past' | 'playing' | 'live' | 'play' | 'pause' | 'step'>;
  readonly driving: Pick<Driving, 'driver' | 'stopNow'>;
  readonly regions: Pick<Regions, 'regions'>;
}

export function bindKeys(on: ActedOn): () => void {
  let waiting: Waiting | null = null;
  // The space bar is the stop: before any other listener, and before the button it may be on.
  const onSpace = (key: KeyboardEvent) => {
    if (key.key !== ' ' || key.ctrlKey || key.metaKey || key.altKey) return;
    if (isTyping(key.target) || !stopsHere(on, key.target)) return;
    key.preventDefault();
    key.stopPropagation();
    if (!key.repeat) on.driving.stopNow();
  };
  const onKey = (key: KeyboardEvent) => {
    if (key.defaultPrevented || key.ctrlKey || key.metaKey || key.altKey) return;
    if (isTyping(key.target) && key.key !== 'Escape') return;
    if (on.layout.help.value && key.key !== '?') return;
    // A dialogue closes itself; what is half filled in is not left by a slip.
    if (!on.layout.help.value && document.querySelector('dialog[open]')) return;
    if (key.target instanceof Element && key.target.closest('.form')) return;
    const result = pressed(key.key, waiting, performance.now());
    waiting = result.waiting;
    if (result.action === null) return;
    if (ACTS[result.action](on)) key.preventDefault();
  };
  document.addEventListener('keydown', onSpace, true);
  document.addEventListener('keydown', onKey);
  return () => {
    document.removeEventListener('keydown', onSpace, true);
    document.removeEventListener('keydown', onKey);
  };
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !/^(range|checkbox|radio)$/.test(target.type);
  return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName);
}

type Robots = Pick<ActedOn, 'live' | 'navigation' | 'past'>;

/**
 * Whether the space bar is the stop here: on the robots' pages always; elsewhere when there are
 * robots, and it is not meant for what has the focus.
 */
function stopsHere({ live, navigation, past }: Robots, target: EventTarget | null): boolean {
  // A time before the first robot shows none; there are some all the same, now.
  if (live.world.kind('probot').size === 0 && !past.past.value) return false;
  if (navigation.section.value === 'robots') return true;
  const takes = ['a', 'button', 'input', 'select', 'textarea', 'summary', 'dialog'];
  const used = [...takes, '[role=option]', '[role=button]'].join(', ');
  return !(target instanceof Element) || target.closest(used) === null;
}

type Act = (on: ActedOn) => boolean;

/** Go to a section; there is always something to do. */
const go =
  (section: Section, tab?: string): Act =>
  ({ navigation }) => {
    navigation.go(section, tab);
    return true;
  };

/** What the keys do; each says false when there was nothing to do. */
const ACTS: Readonly<Record<Action, Act>> = {
  map: go('map'),
  robots: go('robots'),
  broker: go('broker'),
  console: go('console'),
  regions: go('map', 'regions'),
  crossings: go('map', 'crossings'),
  alerts: go('alerts'),
  search,
  follow({ selection }) {
    const key = selection.selected.value;
    if (key === null) return false;
    selection.follow(selection.following.value === key ? null : key);
    return true;
  },
  trail({ selection }) {
    selection.trail.value = !selection.trail.value;
    return true;
  },
  fit({ selection, mapState }) {
    selection.follow(null);
    mapState.map.value?.fitAll();
    return true;
  },
  theme({ preferences }) {
    preferences.change({ theme: preferences.theme.value === 'dark' ? 'light' : 'dark' });
    return true;
  },
  help({ layout }) {
    layout.help.value = !layout.help.value;
    return true;
  },
  live({ past }) {
    if (!past.past.value) return false;
    past.live();
    return true;
  },
  play({ navigation, past }) {
    if (navigation.section.value !== 'map') return false;
    if (past.playing.value) past.pause();
    else past.play();
    return true;
  },
  back: step(-1),
  forth: step(1),
  close,
  // Done by its own listener, which comes first.
  stop: () => false,
};

function step(by: 1 | -1): Act {
  return ({ navigation, past }) => {
    if (navigation.section.value !== 'map') return false;
    past.step(by);
    return true;
  };
}

function search({ navigation }: ActedOn): boolean {
  const focus = () => document.getElementById('search')?.focus();
  if (navigation.section.value === 'map' && document.getElementById('search')) {
    focus();
  } else {
    navigation.go('map');
    // Once the list has been drawn.
    requestAnimationFrame(focus);
  }
  return true;
}

/** Close the topmost thing: the robot that is driven or following first, then what is drawn, then the details, then the section. */
function close({ driving, navigation, regions, selection, past }: ActedOn): boolean {
  const { driver } = driving;
  if (driver.about !== null) {
    driver.release();
    return true;
  }
  if (navigation.section.value === 'robots' && navigation.robot.value !== null) {
    navigation.choose(null);
    return true;
  }
  if (navigation.section.value !== 'map') {
    navigation.go('map');
    return true;
  }
  if (regions.regions.editing.value !== null) {
    regions.regions.escape();
    return true;
  }
  if (selection.following.value !== null) {
    selection.follow(null);
    return true;
  }
  if (selection.selected.value !== null) {
    selection.select(null);
    return true;
  }
  if (past.past.value) {
    past.live();
    return true;
  }
  return false;
}
