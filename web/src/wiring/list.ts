/** All that is listed: the entries, the links that their news come over, and their order. */
import type { ReadonlySignal } from '@preact/signals';
import type { Server } from '../app/context';
import type { Key } from '../app/world';
import type { SightlineMap } from '../map/types';
import type { TimeTravel } from '../past/timetravel';
import type { Roster } from '../things/context';
import type { Regions } from '../things/regions/context';
import { createEntries } from './entries';
import { createLinks } from './links';
import type { LiveParts } from './live';
import type { PlaceParts } from './place';
import { createRoster } from './roster';
import { watchWhole } from './start';
import type { TimeParts } from './start';

export interface Listed {
  readonly roster: Roster;
  end(): void;
}

interface Needs {
  readonly live: LiveParts;
  readonly time: TimeParts;
  readonly server: Server;
  readonly place: PlaceParts;
  readonly past: TimeTravel;
  readonly regions: Regions;
  readonly map: ReadonlySignal<SightlineMap | null>;
  addSpot(key: Key): void;
}

export function createListed({ live, time, server, place, past, ...parts }: Needs): Listed {
  const entries = createEntries({ live, addSpot: parts.addSpot });
  const { connection } = server;
  const links = createLinks({ live, connection, clock: time.clock, past });
  const { visits } = parts.regions;
  const roster = createRoster({
    entries,
    live,
    links,
    place,
    visits,
    map: parts.map,
    now: time.now,
  });
  const unwatch = watchWhole(roster);
  return {
    roster,
    end() {
      unwatch();
      links.end();
      entries.end();
    },
  };
}
