/** A broker's clients, as its log tells of them. */
import type { Thing } from '../../net/protocol';
import { field, present } from '../fields';
import { orderOf, plain } from '../names';

export interface Client {
  readonly key: string;
  readonly broker: string;
  readonly client: string;
  readonly state: 'connected' | 'gone' | 'unknown';
  /** Receipt of the newest line about it, epoch seconds. */
  readonly at: number;
  readonly address?: string;
  readonly user?: string;
  readonly protocol?: string;
  readonly clean?: boolean;
  /** Seconds. */
  readonly keepalive?: number;
  /** Epoch seconds; absent when it was there before the log was heard. */
  readonly since?: number;
  readonly before: boolean;
  /** Of the last hour. */
  readonly reconnects: number;
  readonly left?: string;
  readonly why?: string;
  readonly leftAt?: number;
  readonly takeovers: number;
  readonly refused: number;
  readonly dropping: number;
  readonly flags: readonly string[];
  readonly subscriptions: readonly string[];
  /** The key of the thing whose news it brings. */
  readonly feeds?: string;
  /** Several things that it may feed: it is tied to none of them. */
  readonly fits: readonly string[];
  readonly ours: boolean;
  readonly search: string;
  readonly order: string;
}

const known = new WeakMap<Thing, Client>();

export function readClient(thing: Thing): Client {
  const before = known.get(thing);
  if (before) return before;
  const client = field.text(thing, 'client') ?? thing.id.slice(thing.id.indexOf('/') + 1);
  const state = thing['state'];
  const address = field.text(thing, 'address');
  const user = field.text(thing, 'user');
  const feeds = field.text(thing, 'feeds');
  const read: Client = {
    key: thing.id,
    broker: field.text(thing, 'broker') ?? thing.id.split('/', 1)[0] ?? '',
    client,
    state: state === 'connected' || state === 'gone' ? state : 'unknown',
    at: field.number(thing, 'at') ?? 0,
    before: thing['before'] === true,
    reconnects: field.number(thing, 'reconnects') ?? 0,
    takeovers: field.number(thing, 'takeovers') ?? 0,
    refused: field.number(thing, 'refused') ?? 0,
    dropping: field.number(thing, 'dropping') ?? 0,
    flags: field.texts(thing, 'flags'),
    subscriptions: field.texts(thing, 'subscriptions'),
    fits: field.texts(thing, 'fits'),
    ours: thing['ours'] === true,
    search: plain([client, address, user, feeds].filter(Boolean).join(' ')),
    order: orderOf(client),
    ...present({
      address,
      user,
      feeds,
      protocol: field.text(thing, 'protocol'),
      clean: typeof thing['clean'] === 'boolean' ? thing['clean'] : undefined,
      keepalive: field.number(thing, 'keepalive'),
      since: field.number(thing, 'since'),
      left: field.text(thing, 'left'),
      why: field.text(thing, 'why'),
      leftAt: field.number(thing, 'left_at'),
    }),
  };
  known.set(thing, read);
  return read;
}

interface FlagWords {
  readonly word: string;
  readonly tone: 'warn' | 'bad';
  readonly means: string;
}

const FLAGS: Readonly<Record<string, FlagWords | undefined>> = {
  'take-over': {
    word: 'Taken over',
    tone: 'warn',
    means:
      'Another connection came with the same id and the broker closed the older one. Once is what a phone does when it changes networks.',
  },
  twins: {
    word: 'Two with one id',
    tone: 'bad',
    means:
      'Connections with this id keep throwing each other out: probably two devices have the same client id. Give each its own.',
  },
  flapping: {
    word: 'Flapping',
    tone: 'warn',
    means: 'It connects again and again: a weak network, or a program that starts anew each time.',
  },
  dropping: {
    word: 'Drops messages',
    tone: 'bad',
    means:
      'The broker throws away messages for it, because it does not take them fast enough (max_queued_messages).',
  },
  refused: {
    word: 'Refused',
    tone: 'bad',
    means: 'The broker refused its sign-in: a wrong password, or it is not authorised.',
  },
};

/** A flag in words: a short one, how bad it is, and what it means. */
export function flagWords(flag: string): FlagWords {
  return FLAGS[flag] ?? { word: flag, tone: 'warn', means: '' };
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

/** Unknown values come last, whichever way the order goes. */
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
  since: (client) => (client.state === 'connected' ? client.since : client.leftAt),
  reconnects: (client) => client.reconnects,
};
