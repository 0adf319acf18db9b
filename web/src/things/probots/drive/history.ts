/**
 * The last minutes of what the charts show, collected from the moment the page is opened: battery and
 * the robot's own round trip by robot, our measured round trip by broker.
 */
import { Samples } from '../../../app/samples';
import type { World } from '../../../app/world';
import { splitKey } from '../../../app/world';
import { field } from '../../fields';
import { readProBot } from '../read';

/** A chart of the battery needs no more than one point in so many seconds. */
const BATTERY_EVERY = 1;

export interface History {
  readonly latency: Samples;
  readonly battery: Samples;
  /** By broker. */
  readonly trip: Samples;
}

/** Collect from now on. `now` gives server time in epoch seconds. */
export function collect(world: World, now: () => number): History {
  const history = {
    latency: new Samples(1500),
    battery: new Samples(7200),
    trip: new Samples(600),
  };
  world.onChange((changed) => {
    for (const key of changed) {
      const [kind, id] = splitKey(key);
      if (kind !== 'probot' && kind !== 'broker') continue;
      const thing = world.get(key);
      if (!thing) continue;
      if (kind === 'broker') {
        const trip = field.number(thing, 'trip');
        if (trip !== undefined) history.trip.add(id, now(), trip);
        continue;
      }
      const robot = readProBot(thing);
      if (robot.heard === undefined || robot.presence === 'offline') continue;
      if (robot.roundTrip !== undefined) history.latency.add(id, robot.heard, robot.roundTrip);
      const last = history.battery.of(id).at(-1);
      if (robot.battery !== undefined && robot.heard - (last?.at ?? -Infinity) >= BATTERY_EVERY) {
        history.battery.add(id, robot.heard, robot.battery);
      }
    }
  });
  return history;
}
