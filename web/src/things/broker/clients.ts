/** A broker's clients, as its log tells of them. */
import { t } from '@lingui/core/macro';
import { ClientShape } from '../../generated';
import type { Client as ClientState } from '../../generated';
import type { Thing } from '../../net/protocol';
import { readLoosely } from '../../net/shape';
import type { Read } from '../../net/shape';
import { orderOf, plain } from '../names';

export type Client = Read<ClientState> & {
  readonly key: string;
  /** What the search looks in, and what the order by name goes by. */
  readonly search: string;
  readonly order: string;
};

const known = new WeakMap<Thing, Client>();

/** Read a client; the same thing gives the same object. */
export function readClient(thing: Thing): Client {
  const before = known.get(thing);
  if (before) return before;
  const slash = thing.id.indexOf('/');
  const state = readLoosely<ClientState>(ClientShape, thing, {
    broker: thing.id.slice(0, Math.max(0, slash)),
    client: thing.id.slice(slash + 1),
    state: 'unknown',
  });
  const { client, address, user, feeds } = state;
  const read: Client = {
    ...state,
    key: thing.id,
    search: plain([client, address, user, feeds].filter(Boolean).join(' ')),
    order: orderOf(client),
  };
  known.set(thing, read);
  return read;
}

interface FlagWords {
  readonly word: string;
  readonly tone: 'warn' | 'bad';
  readonly means: string;
}

const flags = (): Readonly<Record<string, FlagWords | undefined>> => ({
  'take-over': {
    word: t`Taken over`,
    tone: 'warn',
    means: t`Another connection came with the same id and the broker closed the older one. Once is what a phone does when it changes networks.`,
  },
  twins: {
    word: t`Two with one id`,
    tone: 'bad',
    means: t`Connections with this id keep throwing each other out: probably two devices have the same client id. Give each its own.`,
  },
  flapping: {
    word: t`Flapping`,
    tone: 'warn',
    means: t`It connects again and again: a weak network, or a program that starts anew each time.`,
  },
  dropping: {
    word: t`Drops messages`,
    tone: 'bad',
    means: t`The broker throws away messages for it, because it does not take them fast enough (max_queued_messages).`,
  },
  refused: {
    word: t`Refused`,
    tone: 'bad',
    means: t`The broker refused its sign-in: a wrong password, or it is not authorised.`,
  },
});

/** A flag in words: a short one, how bad it is, and what it means. */
export function flagWords(flag: string): FlagWords {
  return flags()[flag] ?? { word: flag, tone: 'warn', means: '' };
}

export type ClientFilter = 'all' | 'connected' | 'gone' | 'flagged';
export type ClientColumn =
  'client' | 'address' | 'user' | 'protocol' | 'keepalive' | 'since' | 'reconnects';

export interface ClientWishes {
  readonly filter: ClientFilter;
  readonly search: string;
  readonly column: ClientColumn;
  readonly up: boolean;
}

export function isWanted(client: Client, filter: ClientFilter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'flagged':
      return client.flags.length > 0;
    case 'connected':
      return client.state === 'connected';
    case 'gone':
      return client.state !== 'connected';
  }
}

/** Those that are connected come first, then those that may be. */
const RANK: Record<Client['state'], number> = { connected: 0, unknown: 1, gone: 2 };

/**
 * Clients as wished: connected ones before others, in the order of a column; unknown values come
 * last, whichever way that goes.
 */
export function arrangeClients(clients: readonly Client[], wishes: ClientWishes): Client[] {
  const words = plain(wishes.search).split(/\s+/).filter(Boolean);
  const value = VALUES[wishes.column];
  const turn = wishes.up ? 1 : -1;
  return clients
    .filter(
      (client) =>
        isWanted(client, wishes.filter) && words.every((word) => client.search.includes(word)),
    )
    .sort((a, b) => {
      if (a.state !== b.state) return RANK[a.state] - RANK[b.state];
      const one = value(a);
      const other = value(b);
      if (one !== other) {
        if (one === undefined) return 1;
        if (other === undefined) return -1;
        return one < other ? -turn : turn;
      }
      return a.order < b.order ? -1 : a.order > b.order ? 1 : 0;
    });
}

const VALUES: Record<ClientColumn, (client: Client) => string | number | undefined> = {
  client: (client) => client.order,
  address: (client) => client.address,
  user: (client) => client.user,
  protocol: (client) => client.protocol,
  keepalive: (client) => client.keepalive,
  since: (client) => (client.state === 'connected' ? client.since : client.left_at),
  reconnects: (client) => client.reconnects,
};
