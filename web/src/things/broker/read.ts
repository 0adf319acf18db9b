/** A connection to a broker, with what the broker tells about itself under $SYS. */
import { BrokerShape, LinkShape } from '../../generated';
import type { Broker as BrokerState, Link as LinkState } from '../../generated';
import { isRecord } from '../../net/record';
import type { Thing } from '../../net/protocol';
import { readLoosely } from '../../net/shape';
import type { Read } from '../../net/shape';

export type Link = Read<LinkState>;

export type Broker = Omit<Read<BrokerState>, 'link' | 'sys' | 'rates' | 'sys_why'> & {
  readonly id: string;
  readonly link: Link;
  /** Figures by the part of their topic after `$SYS/broker/`. */
  readonly sys: Readonly<Record<string, number>>;
  /** What the counters grow by, per second, by the same names. */
  readonly rates: Readonly<Record<string, number>>;
  /** Why there are no figures, when there should be some by now; likeliest first. */
  readonly sys_why: readonly string[];
};

const known = new WeakMap<Thing, Broker>();

/** Read a broker; the same thing gives the same object. */
export function readBroker(thing: Thing): Broker {
  const before = known.get(thing);
  if (before) return before;
  const state = readLoosely<BrokerState>(BrokerShape, thing);
  const link = isRecord(thing['link']) ? thing['link'] : {};
  const broker: Broker = {
    ...state,
    id: thing.id,
    link: readLoosely<LinkState>(LinkShape, link, { state: 'connecting' }),
    sys: state.sys ?? {},
    rates: state.rates ?? {},
    sys_why: state.sys_why ?? [],
  };
  known.set(thing, broker);
  return broker;
}

/** A figure, when the broker told it. */
export function figure(broker: Broker, name: string): number | undefined {
  return broker.sys[name];
}
