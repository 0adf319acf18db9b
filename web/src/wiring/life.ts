/** How the page begins once its visitor is in, and how it ends when they go. */
import { effect } from '@preact/signals';
import type { Server } from '../app/context';
import type { TimeTravel } from '../past/timetravel';
import type { Driving } from '../things/probots/drive/context';
import type { Listed } from './list';
import type { PlaceParts } from './place';
import type { SelectionParts } from './selection';
import { watchMoment } from './moment';
import { goWhere, tick, watchAddress, watchDriver, watchTime, watchWindow } from './start';
import type { TimeParts } from './start';

interface Needs {
  readonly leaving: AbortController;
  readonly time: TimeParts;
  readonly place: PlaceParts;
  readonly server: Server;
  readonly past: TimeTravel;
  readonly driving: Driving;
  readonly listed: Listed;
  readonly selection: SelectionParts;
  /** Shows what was kept, if the server is away: when it was heard last, local epoch ms. */
  recall(): number | undefined;
}

export function createLife({ leaving, time, place, server, past, driving, ...parts }: Needs) {
  const { driver } = driving;
  const unwatch = [
    watchTime(time, past, driver),
    effect(() => {
      past.choose(place.selected.value);
    }),
  ];
  return {
    start() {
      tick(time, leaving.signal);
      watchWindow(time, server.socket, leaving.signal);
      watchAddress(place, past, parts.selection.select, leaving.signal);
      if (place.at.peek() !== null) goWhere(place, past);
      unwatch.push(watchMoment(place, past));
      unwatch.push(watchDriver(driver, place));
      server.socket.start(parts.recall());
    },
    end() {
      // A driver who goes lets go of the robot first.
      driver.release();
      leaving.abort();
      for (const each of unwatch) each();
      past.end();
      parts.listed.end();
      server.socket.stop();
      server.requests.lost();
    },
  };
}
