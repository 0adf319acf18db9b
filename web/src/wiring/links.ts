/** Follows the links that news come over: our connection, and the server's brokers. */
import { computed, effect, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { ServerClock } from '../app/clock';
import type { Connection } from '../net/socket';
import type { TimeTravel } from '../past/timetravel';
import { readBroker } from '../things/broker/read';
import { ALL_WELL, linksOf, sameLinks } from '../things/links';
import type { Links } from '../things/links';
import type { LiveParts } from './live';

export interface LinkParts {
  readonly links: ReadonlySignal<Links>;
  readonly linksShown: ReadonlySignal<Links>;
  end(): void;
}

interface Needs {
  readonly live: LiveParts;
  readonly connection: ReadonlySignal<Connection>;
  readonly clock: ServerClock;
  readonly past: TimeTravel;
}

export function createLinks({ live, connection, clock, past }: Needs): LinkParts {
  const { present, scheduler } = live;
  const links = signal<Links>(ALL_WELL);
  const look = (now: Connection) => {
    const serverAsOf = now.state === 'lost' ? clock.serverTime(now.heard) : null;
    const next = linksOf(serverAsOf, [...present.kind('broker').values()].map(readBroker));
    if (!sameLinks(next, links.peek())) links.value = next;
  };
  const ends = [
    effect(() => {
      look(connection.value);
    }),
    scheduler.on(({ kinds }) => {
      if (kinds.has('broker') || kinds.size === 0) look(connection.peek());
    }),
  ];
  return {
    links,
    linksShown: computed(() => (past.past.value ? ALL_WELL : links.value)),
    end() {
      for (const end of ends) end();
    },
  };
}
