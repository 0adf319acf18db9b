/** A ProBot's state as the wire carries it. Robots have no position. */
import type { Thing } from '../../net/protocol';
import { field, orderOf, present } from '../entry';
import type { Presence } from '../entry';

export interface ProBot {
  /** What the robot calls itself, and what people call it. */
  readonly id: string;
  readonly name: string;
  /** Its place in the list of the settings. */
  readonly order?: number;
  /** The broker it was heard through. */
  readonly source: string;
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
    id: thing.id,
    name: field.text(thing, 'name') ?? thing.id,
    source: field.text(thing, 'source') ?? 'main',
    presence: field.presence(thing),
    routine: field.text(thing, 'routine') ?? 'unknown',
    ...present({
      order: field.number(thing, 'order'),
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

/** The classes of the original pages: how driving feels at this round trip, in milliseconds. */
export function latencyClass(ms: number): string {
  if (ms < 200) return 'very good';
  if (ms < 300) return 'good';
  if (ms < 500) return 'slow';
  if (ms < 1000) return 'very slow';
  return 'too slow to drive';
}

/** How a robot stands, seen by somebody who wants to drive. */
export type Standing = 'not working' | 'offline' | 'available' | 'in use';

/** `leased`: somebody drives it. A robot that was never heard is known from the settings alone. */
export function standingOf(robot: ProBot, leased: boolean): Standing {
  if (robot.heard === undefined) return 'not working';
  if (robot.presence === 'offline') return 'offline';
  return leased ? 'in use' : 'available';
}

/** From so far off upright, in degrees, it leans (on its stand, say); from there on it has fallen. */
const LEANING = 20;
const FALLEN = 45;

export type Posture = 'upright' | 'leaning' | 'fallen';

export const POSTURES: Readonly<Record<Posture, string>> = {
  upright: 'Upright',
  leaning: 'Leaning',
  fallen: 'Fallen',
};

/** Upright or fallen; undefined without a reading. */
export function postureOf(angle: number | undefined): Posture | undefined {
  if (angle === undefined) return undefined;
  const off = Math.abs(angle);
  return off >= FALLEN ? 'fallen' : off >= LEANING ? 'leaning' : 'upright';
}

/** As in the settings; those that are not in them by name. */
export function inOrder(a: ProBot, b: ProBot): number {
  const places = (a.order ?? Infinity) - (b.order ?? Infinity);
  if (places !== 0 && !Number.isNaN(places)) return places;
  return orderOf(a.name) < orderOf(b.name) ? -1 : 1;
}
