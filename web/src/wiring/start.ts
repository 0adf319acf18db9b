/** What begins when the page does, and ends when its visitor goes: the clock's tick, and what the window tells. */
import { effect } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { ServerClock } from '../app/clock';
import { splitKey } from '../app/world';
import type { Key } from '../app/world';
import type { Socket } from '../net/socket';
import type { TimeTravel } from '../past/timetravel';
import type { Roster } from '../things/context';
import { keepAwake, screenOf } from '../things/probots/drive/awake';
import { watchHands } from '../things/probots/drive/deadman';
import type { Driver } from '../things/probots/drive/driver';
import type { PlaceParts } from './place';

export interface TimeParts {
  readonly clock: ServerClock;
  readonly now: Signal<number>;
}

/** Let the clock stand at the time that is looked at; returns how to stop. */
export function watchTime({ clock, now }: TimeParts, past: TimeTravel, driver: Driver): () => void {
  return effect(() => {
    const at = past.at.value;
    clock.hold(at);
    now.value = clock.seconds();
    // A driver who leaves the present leaves the robot.
    if (at !== null) driver.release();
    document.documentElement.dataset['clock'] = at === null ? 'live' : 'past';
  });
}

/** Show on the root whether anything comes in at all; returns how to stop. */
export function watchWhole({ whole }: Pick<Roster, 'whole'>): () => void {
  return effect(() => {
    const { paused } = whole.value;
    document.documentElement.dataset['feed'] = paused === null ? 'heard' : 'lost';
  });
}

/** Tick once a second, just after the server's second begins. */
export function tick({ clock, now }: TimeParts, gone: AbortSignal): void {
  const once = () => {
    if (gone.aborted) return;
    now.value = clock.seconds();
    setTimeout(once, 1000 - ((Date.now() + clock.offset) % 1000) + 5);
  };
  once();
}

/** Connect again as soon as the browser is online, or the page is looked at. */
export function watchWindow({ clock, now }: TimeParts, socket: Socket, gone: AbortSignal): void {
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
}

/** Go where the address says when somebody changes it, or goes back. */
export function watchAddress(
  place: PlaceParts,
  past: TimeTravel,
  select: (key: Key) => void,
  gone: AbortSignal,
): void {
  const follow = () => {
    const chosen = place.read();
    if (chosen !== null && chosen !== place.selected.value) select(chosen);
    goWhere(place, past);
  };
  addEventListener('hashchange', follow, { signal: gone });
  addEventListener('popstate', follow, { signal: gone });
}

/** Look at the moment that the address names, unless it is looked at already. */
export function goWhere(place: PlaceParts, past: TimeTravel): void {
  const wanted = place.at.peek();
  const at = past.at.peek();
  if (wanted === null) past.live();
  else if (at === null || Math.abs(at - wanted) >= 1) past.go(wanted);
}

/** Tell the driver when the hands leave the controls or the drive page is left; returns how to stop. */
export function watchDriver(driver: Driver, { section, robot }: PlaceParts): () => void {
  const unwatchHands = watchHands((why) => {
    driver.hands(why);
  });
  const unwatchPlace = effect(() => {
    const here = section.value === 'robots' && robot.value !== null;
    const at = here ? splitKey(robot.value ?? '')[1] : null;
    if (driver.about !== null && driver.about !== at) driver.release();
    driver.tell(null);
  });
  const sleep = keepAwake(driver.control, screenOf(document));
  return () => {
    unwatchHands();
    unwatchPlace();
    sleep();
  };
}
