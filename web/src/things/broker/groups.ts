/** The figures of $SYS in groups and in words, with the raw name kept for those who know it. */
import { t } from '@lingui/core/macro';
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

type Metric = readonly [raw: string, name: string, unit?: Row['unit']];

const grouped = (): readonly (readonly [name: string, rows: readonly Metric[]])[] => [
  [
    t`Clients`,
    [
      ['clients/connected', t`Connected`],
      ['clients/disconnected', t`Away, with a session kept`],
      ['clients/total', t`Known in all`],
      ['clients/maximum', t`Most at a time`],
      ['clients/expired', t`Sessions expired`],
      ['connections/socket/count', t`Connections opened`],
      ['subscriptions/count', t`Subscriptions`],
      ['shared_subscriptions/count', t`Shared subscriptions`],
    ],
  ],
  [
    t`Messages`,
    [
      ['publish/messages/received', t`Publishes received`],
      ['publish/messages/sent', t`Publishes sent`],
      ['publish/messages/dropped', t`Publishes dropped`],
      ['messages/received', t`Packets received`],
      ['messages/sent', t`Packets sent`],
    ],
  ],
  [
    t`Bytes`,
    [
      ['bytes/received', t`Received`, 'bytes'],
      ['bytes/sent', t`Sent`, 'bytes'],
      ['publish/bytes/received', t`Payload received`, 'bytes'],
      ['publish/bytes/sent', t`Payload sent`, 'bytes'],
    ],
  ],
  [
    t`Store and memory`,
    [
      ['retained messages/count', t`Retained messages`],
      ['store/messages/count', t`Messages in the store`],
      ['messages/stored', t`Messages stored`],
      ['store/messages/bytes', t`Size of the store`, 'bytes'],
      ['packet/out/count', t`Packets waiting to go out`],
      ['packet/out/bytes', t`Bytes waiting to go out`, 'bytes'],
      ['heap/current', t`Memory in use`, 'bytes'],
      ['heap/maximum', t`Most memory used`, 'bytes'],
    ],
  ],
];

const loadNames = (): Readonly<Record<string, string | undefined>> => ({
  'messages/received': t`Packets in`,
  'messages/sent': t`Packets out`,
  'bytes/received': t`Bytes in`,
  'bytes/sent': t`Bytes out`,
  'publish/received': t`Publishes in`,
  'publish/sent': t`Publishes out`,
  'publish/dropped': t`Publishes dropped`,
  connections: t`Connections opened`,
  sockets: t`Sockets opened`,
});

const LOAD = /^load\/(.+)\/(1|5|15)min$/;
const MINUTES = ['1', '5', '15'];
/** Older names for the same figures. */
const DOUBLES = new Set(['clients/active', 'clients/inactive']);

export function grouping(broker: Broker): Groups {
  const told = new Set(Object.keys(broker.sys).filter((raw) => !DOUBLES.has(raw)));
  const groups: (readonly [string, readonly Row[]])[] = [];
  for (const [group, all] of grouped()) {
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
  const names = loadNames();
  const order = Object.keys(names);
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  const load = [...loads]
    .sort(([a], [b]) => place(a) - place(b) || a.localeCompare(b))
    .map(([raw, means]) => ({ raw: `load/${raw}`, name: names[raw] ?? raw, means }));
  const others = [...told]
    .sort()
    .map((raw) => ({ raw, name: raw, unit: '' as const, value: broker.sys[raw] ?? '' }));
  if (others.length > 0) groups.push([t`Others`, others]);
  return { groups, load };
}
