/** Driving, kept in step with the leases and commands of the world. */
import { collect } from '../things/probots/drive/history';
import type { Driving } from '../things/probots/drive/context';
import { Driver } from '../things/probots/drive/driver';
import { readCommand, readLease } from '../things/probots/drive/read';
import { Stopper } from '../things/probots/drive/stopper';
import type { ServerClock } from '../app/clock';
import { splitKey } from '../app/world';
import type { Key, World } from '../app/world';
import type { Requests } from '../net/requests';

interface Needs {
  readonly requests: Requests;
  readonly world: World;
  readonly clock: ServerClock;
  /** The robot whose page is looked at. */
  openRobot(): Key | null;
  nameOf(key: Key): string | undefined;
}

export function createDriving({ requests, world, clock, openRobot, nameOf }: Needs): Driving {
  const outside = outsideOf(requests);
  const driver = new Driver(outside);
  const stopper = new Stopper(outside);
  const history = collect(world, () => clock.live());
  followLeases(driver, world);
  return {
    driver,
    stopper,
    history,
    stopNow() {
      const open = openRobot();
      const name = open === null ? null : splitKey(open)[1];
      void stopper.stop(name, open === null ? null : (nameOf(open) ?? name));
      if (name === null || driver.holds === name) driver.stopped();
    },
  };
}

function outsideOf(requests: Requests) {
  return {
    ask: requests.ask,
    tell: requests.tell,
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
}

/** Tell the driver of leases. Not by the scheduler, which waits for the next drawn frame: a lease that is over is over now. */
function followLeases(driver: Driver, world: World): void {
  const endOf = (fence: number): string | undefined => {
    for (const thing of world.kind('command').values()) {
      if (thing['what'] === 'end' && thing['lease'] === fence) return readCommand(thing).why;
    }
    return undefined;
  };
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
}
