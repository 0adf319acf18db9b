/** A connection to a broker, with what the broker tells about itself under $SYS. */
import { isRecord } from '../../net/protocol';
import type { Thing } from '../../net/protocol';
import { field, present } from '../fields';

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
  /** It stands again after it was lost, but nothing came over it yet. */
  readonly mute: boolean;
  /** The newest that came over it before it was lost, epoch seconds. */
  readonly heard?: number;
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
  /** What the counters grow by, per second, by the same names. */
  readonly rates: Readonly<Record<string, number>>;
  /** Why there are no figures, when there should be some by now; likeliest first. */
  readonly sysWhy: readonly string[];
  /** From when on its log is heard without a gap, epoch seconds. */
  readonly logSince?: number;
  /** Lines of its log heard so far; absent when there never was one. */
  readonly logLines?: number;
  /** Lines that came too fast to be shown. */
  readonly logMissed: number;
  readonly refusals: number;
  /** Clients that are connected, by its own count, but of whom its log has not spoken. */
  readonly unseen?: number;
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
  const rates: Record<string, number> = {};
  if (isRecord(thing['rates'])) {
    for (const [name, value] of Object.entries(thing['rates'])) {
      if (typeof value === 'number') rates[name] = value;
    }
  }
  const broker: Broker = {
    id: thing.id,
    link: {
      state: state === 'connected' || state === 'lost' ? state : 'connecting',
      address: field.text(link, 'address') ?? '',
      protocol: field.text(link, 'protocol') ?? '',
      tls: link['tls'] === true,
      mute: link['mute'] === true,
      ...present({
        since: field.number(link, 'since'),
        why: field.text(link, 'why'),
        next: field.number(link, 'next'),
        tries: field.number(link, 'tries'),
        heard: field.number(link, 'heard'),
      }),
    },
    sys,
    rates,
    sysWhy: field.texts(thing, 'sys_why'),
    logMissed: field.number(thing, 'log_missed') ?? 0,
    refusals: field.number(thing, 'refusals') ?? 0,
    ...present({
      logSince: field.number(thing, 'log_since'),
      logLines: field.number(thing, 'log_lines'),
      unseen: field.number(thing, 'unseen'),
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
