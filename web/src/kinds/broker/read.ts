/** A connection to a broker, with what the broker tells about itself under $SYS. */
import { isRecord } from '../../wire';
import type { Thing } from '../../wire';
import { field, present } from '../entry';

export interface Link {
  readonly state: 'connecting' | 'connected' | 'lost';
  /** Epoch seconds. */
  readonly since?: number;
  readonly why?: string;
  /** When the next try starts, epoch seconds. */
  readonly next?: number;
  readonly tries?: number;
  readonly address: string;
  readonly protocol: string;
  readonly tls: boolean;
}

export interface Broker {
  readonly id: string;
  readonly link: Link;
  readonly version?: string;
  /** Seconds. */
  readonly uptime?: number;
  /** Figures by the part of their topic after `$SYS/broker/`. */
  readonly sys: Readonly<Record<string, number | string>>;
  /** Receipt of the newest figure, epoch seconds. */
  readonly sysAt?: number;
  /** How long a message of the server takes to it and back, in milliseconds. */
  readonly trip?: number;
}

const known = new WeakMap<Thing, Broker>();

export function readBroker(thing: Thing): Broker {
  const before = known.get(thing);
  if (before) return before;
  const link = { ...thing, ...(isRecord(thing['link']) ? thing['link'] : {}) } as Thing;
  const state = link['state'];
  const sys: Record<string, number | string> = {};
  if (isRecord(thing['sys'])) {
    for (const [name, value] of Object.entries(thing['sys'])) {
      if (typeof value === 'number' || typeof value === 'string') sys[name] = value;
    }
  }
  const broker: Broker = {
    id: thing.id,
    link: {
      state: state === 'connected' || state === 'lost' ? state : 'connecting',
      address: field.text(link, 'address') ?? '',
      protocol: field.text(link, 'protocol') ?? '',
      tls: link['tls'] === true,
      ...present({
        since: field.number(link, 'since'),
        why: field.text(link, 'why'),
        next: field.number(link, 'next'),
        tries: field.number(link, 'tries'),
      }),
    },
    sys,
    ...present({
      version: field.text(thing, 'version'),
      uptime: field.number(thing, 'uptime'),
      sysAt: field.number(thing, 'sys_at'),
      trip: field.number(thing, 'trip'),
    }),
  };
  known.set(thing, broker);
  return broker;
}

/** A figure as a number, when the broker told it. */
export function figure(broker: Broker, name: string): number | undefined {
  const value = broker.sys[name];
  const number = typeof value === 'string' ? Number.parseFloat(value) : value;
  return number !== undefined && Number.isFinite(number) ? number : undefined;
}
