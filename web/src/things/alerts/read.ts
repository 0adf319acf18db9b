/** Alerts as the wire carries them: a rule has fired. */
import { AlertShape } from '../../generated';
import type { Alert as AlertState } from '../../generated';
import { keyOf } from '../../app/world';
import type { Key } from '../../app/world';
import type { Thing } from '../../net/protocol';
import { readLoosely } from '../../net/shape';
import type { Read } from '../../net/shape';

export type Alert = Read<AlertState> & {
  readonly key: Key;
  /** The account whose rule it is. */
  readonly owner: string;
  /** Whether this page knows its sort of condition; else there is the server's sentence. */
  readonly understood: boolean;
};
export type Condition = Alert['condition'];
export type Delivery = Alert['told'][number];
export type Status = Alert['status'];

const OF_A_NEWER_SERVER: Condition = { type: 'number', changed: false };

const known = new WeakMap<Thing, Alert>();

/** Read an alert; the same thing gives the same object. */
export function readAlert(thing: Thing): Alert {
  const before = known.get(thing);
  if (before) return before;
  const state = readLoosely<AlertState>(AlertShape, thing, { condition: OF_A_NEWER_SERVER });
  const alert: Alert = {
    ...state,
    understood: state.condition !== OF_A_NEWER_SERVER,
    key: keyOf('alert', thing.id),
    owner: thing.id.split('/', 1)[0] ?? '',
  };
  known.set(thing, alert);
  return alert;
}

/** When it could be known, epoch seconds: later than it happened, where the server was down. */
export function foundAt({ at, late }: Pick<Alert, 'at' | 'late'>): number {
  return late ?? at;
}

/** Whether it is about this thing: it happened to it, or near it. */
export function isAbout({ thing, condition }: Alert, key: Key): boolean {
  return thing === key || condition.other === key;
}
