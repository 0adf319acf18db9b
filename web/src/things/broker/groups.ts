/** The figures of $SYS in groups and in words, with the raw name kept for those who know it. */
import type { Broker } from './read';
import { figure } from './read';

export interface Row {
  /** The part of the topic after `$SYS/broker/`. */
  readonly raw: string;
  readonly name: string;
  readonly unit: '' | 'bytes' | 'seconds';
  readonly value: number | string;
  /** What it grows by per second, when it is a counter. */
  readonly rate?: number;
}

/** Means over 1, 5 and 15 minutes, per minute as mosquitto tells them. */
export interface LoadRow {
  readonly name: string;
  readonly raw: string;
  readonly means: readonly (number | undefined)[];
}

export interface Groups {
  readonly groups: readonly (readonly [name: string, rows: readonly Row[]])[];
  readonly load: readonly LoadRow[];
}

type Said = readonly [raw: string, name: string, unit?: Row['unit']];

const GROUPS: readonly (readonly [name: string, rows: readonly Said[]])[] = [
  [
    'Clients',
    [
      ['clients/connected', 'Connected'],
      ['clients/disconnected', 'Away, with a session kept'],
      ['clients/total', 'Known in all'],
      ['clients/maximum', 'Most at a time'],
      ['clients/expired', 'Sessions expired'],
      ['connections/socket/count', 'Connections opened'],
      ['subscriptions/count', 'Subscriptions'],
      ['shared_subscriptions/count', 'Shared subscriptions'],
    ],
  ],
  [
    'Messages',
    [
      ['publish/messages/received', 'Publishes received'],
      ['publish/messages/sent', 'Publishes sent'],
      ['publish/messages/dropped', 'Publishes dropped'],
      ['messages/received', 'Packets received'],
      ['messages/sent', 'Packets sent'],
    ],
  ],
  [
    'Bytes',
    [
      ['bytes/received', 'Received', 'bytes'],
      ['bytes/sent', 'Sent', 'bytes'],
      ['publish/bytes/received', 'Payload received', 'bytes'],
      ['publish/bytes/sent', 'Payload sent', 'bytes'],
    ],
  ],
  [
    'Store and memory',
    [
      ['retained messages/count', 'Retained messages'],
      ['store/messages/count', 'Messages in the store'],
      ['messages/stored', 'Messages stored'],
      ['store/messages/bytes', 'Size of the store', 'bytes'],
      ['packet/out/count', 'Packets waiting to go out'],
      ['packet/out/bytes', 'Bytes waiting to go out', 'bytes'],
      ['heap/current', 'Memory in use', 'bytes'],
      ['heap/maximum', 'Most memory used', 'bytes'],
    ],
  ],
];

const LOAD_NAMES: Readonly<Record<string, string | undefined>> = {
  'messages/received': 'Packets in',
  'messages/sent': 'Packets out',
  'bytes/received': 'Bytes in',
  'bytes/sent': 'Bytes out',
  'publish/received': 'Publishes in',
  'publish/sent': 'Publishes out',
  'publish/dropped': 'Publishes dropped',
  connections: 'Connections opened',
  sockets: 'Sockets opened',
};

const LOAD = /^load\/(.+)\/(1|5|15)min$/;
const MINUTES = ['1', '5', '15'];
/** Older names for the same figures. */
const DOUBLES = new Set(['clients/active', 'clients/inactive']);

export function grouping(broker: Broker): Groups {
  const told = new Set(Object.keys(broker.sys).filter((raw) => !DOUBLES.has(raw)));
  const groups: (readonly [string, readonly Row[]])[] = [];
  for (const [group, all] of GROUPS) {
    const rows = all.flatMap(([raw, name, unit = '']) => {
      const value = broker.sys[raw];
      if (value === undefined || !told.delete(raw)) return [];
      const rate = broker.rates[raw];
      return [{ raw, name, unit, value, ...(rate === undefined ? {} : { rate }) }];
    });
    if (rows.length > 0) groups.push([group, rows]);
  }
  const loads = new Map<string, (number | undefined)[]>();
  for (const raw of [...told].sort()) {
    const match = LOAD.exec(raw);
    if (!match) continue;
    told.delete(raw);
    const [, name = '', minutes = ''] = match;
    const means = loads.get(name) ?? [undefined, undefined, undefined];
    means[MINUTES.indexOf(minutes)] = figure(broker, raw);
    loads.set(name, means);
  }
  const order = Object.keys(LOAD_NAMES);
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  const load = [...loads]
    .sort(([a], [b]) => place(a) - place(b) || a.localeCompare(b))
    .map(([raw, means]) => ({ raw: `load/${raw}`, name: LOAD_NAMES[raw] ?? raw, means }));
  const others = [...told]
    .sort()
    .map((raw) => ({ raw, name: raw, unit: '' as const, value: broker.sys[raw] ?? '' }));
  if (others.length > 0) groups.push(['Others', others]);
  return { groups, load };
}
