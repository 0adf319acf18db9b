/** What our own server says about itself, and the messages it could not read. */
import { isRecord } from '../../wire';
import type { Thing } from '../../wire';
import { field, present } from '../entry';

export interface ServerState {
  readonly version?: string;
  readonly started?: number;
  readonly received?: number;
  readonly accepted?: number;
  /** How many messages were rejected, by reason. */
  readonly rejected: readonly (readonly [reason: string, count: number])[];
  /** Messages per second. */
  readonly rate?: number;
  readonly viewers?: number;
  /** Worst delay of the server's loop in the last second, milliseconds. */
  readonly lag?: number;
  readonly overflow?: number;
}

export function readServer(thing: Thing): ServerState {
  const rejected: [string, number][] = [];
  if (isRecord(thing['rejected'])) {
    for (const [reason, count] of Object.entries(thing['rejected'])) {
      if (typeof count === 'number') rejected.push([reason, count]);
    }
  }
  rejected.sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  return {
    rejected,
    ...present({
      version: field.text(thing, 'version'),
      started: field.number(thing, 'started'),
      received: field.number(thing, 'received'),
      accepted: field.number(thing, 'accepted'),
      rate: field.number(thing, 'rate'),
      viewers: field.number(thing, 'viewers'),
      lag: field.number(thing, 'lag'),
      overflow: field.number(thing, 'overflow'),
    }),
  };
}

export interface Quarantined {
  readonly n: number;
  readonly at?: number;
  readonly source: string;
  readonly topic: string;
  readonly counter: string;
  readonly why: string;
  readonly size?: number;
  readonly head: string;
}

export function readQuarantined(thing: Thing): Quarantined {
  return {
    n: field.number(thing, 'n') ?? Number(thing.id),
    source: field.text(thing, 'source') ?? '',
    topic: field.text(thing, 'topic') ?? '',
    counter: field.text(thing, 'counter') ?? 'unknown',
    why: field.text(thing, 'why') ?? '',
    head: field.text(thing, 'head') ?? '',
    ...present({ at: field.number(thing, 'at'), size: field.number(thing, 'size') }),
  };
}
