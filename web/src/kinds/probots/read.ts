/** A ProBot's state as the wire carries it. Robots have no position. */
import type { Thing } from '../../wire';
import { field, present } from '../entry';
import type { Presence } from '../entry';

export interface ProBot {
  readonly name: string;
  readonly presence: Presence;
  readonly evidence?: string;
  /** Percent, and the text the robot sent when it was no such number. */
  readonly battery?: number;
  readonly batteryAsSent?: string;
  /** Degrees from upright; absent without a reading. */
  readonly angle?: number;
  readonly routine: string;
  /** Round trip in milliseconds, measured by the robot. */
  readonly roundTrip?: number;
  readonly ip?: string;
  /** Receipt of the last value that differed, and of the last message; epoch seconds. */
  readonly changed?: number;
  readonly heard?: number;
}

const known = new WeakMap<Thing, ProBot>();

export function readProBot(thing: Thing): ProBot {
  const before = known.get(thing);
  if (before) return before;
  const asSent = thing['batt_raw'];
  const robot: ProBot = {
    name: thing.id,
    presence: field.presence(thing),
    routine: field.text(thing, 'routine') ?? 'unknown',
    ...present({
      evidence: field.text(thing, 'evidence'),
      battery: field.number(thing, 'batt'),
      batteryAsSent:
        typeof asSent === 'string' || typeof asSent === 'number' ? String(asSent) : undefined,
      angle: field.number(thing, 'angle'),
      roundTrip: field.number(thing, 'rtt'),
      ip: field.text(thing, 'ip'),
      changed: field.number(thing, 'at'),
      heard: field.number(thing, 'heard') ?? field.number(thing, 'at'),
    }),
  };
  known.set(thing, robot);
  return robot;
}

/** The routine in words for people. */
export function routineText(routine: string): string {
  switch (routine) {
    case 'started':
      return 'Balancing';
    case 'stopped':
      return 'Stopped';
    case 'not running':
      return 'Program not running';
    default:
      return 'Routine unknown';
  }
}
