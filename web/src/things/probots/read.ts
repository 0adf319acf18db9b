/** A ProBot's state as the wire carries it. Robots have no position. */
import { t } from '@lingui/core/macro';
import { shortTimeText } from '../../app/ages';
import type { ProBot as ProBotState } from '../../generated';
import type { Thing } from '../../net/protocol';
import { fieldsOf, present } from '../fields';
import { orderOf } from '../names';
import type { Presence } from '../../net/protocol';
import { freshness } from '../freshness';
import type { Freshness } from '../freshness';
import type { Links } from '../links';

const field = fieldsOf<ProBotState>();

export interface ProBot {
  /** What the robot calls itself, and what people call it. */
  readonly id: string;
  readonly name: string;
  /** Its place in the list of the settings. */
  readonly order?: number;
  /** The broker it was heard through. */
  readonly source: string;
  /** Where its topics begin, as `site/berlin/`; empty: at the top. */
  readonly base: string;
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
    base: field.text(thing, 'base') ?? '',
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

/** What may be said of a robot at `now`, under these links. */
export function robotFreshness(robot: ProBot, links: Links, now: number): Freshness {
  const { presence, heard, source } = robot;
  return freshness({ presence, heard, source, placed: false }, links, now);
}

/** The routine in words for people. */
export function routineText(routine: string): string {
  switch (routine) {
    case 'started':
      return t`Balancing`;
    case 'stopped':
      return t`Stopped`;
    case 'not running':
      return t`Program not running`;
    default:
      return t`Routine unknown`;
  }
}

/** The classes of the original pages: how driving feels at this round trip, in milliseconds. */
export function latencyClass(ms: number): string {
  if (ms < 200) return t`very good`;
  if (ms < 300) return t`good`;
  if (ms < 500) return t`slow`;
  if (ms < 1000) return t`very slow`;
  return t`too slow to drive`;
}

/** From so far off upright, in degrees, it leans (on its stand, say); from there on it has fallen. */
const LEANING = 20;
const FALLEN = 45;

export type Posture = 'upright' | 'leaning' | 'fallen';

/** The posture in words: now, and once it is over. */
function wordsOf(posture: Posture): readonly [now: string, then: string] {
  switch (posture) {
    case 'upright':
      return [t`Upright`, t`Was upright`];
    case 'leaning':
      return [t`Leaning`, t`Was leaning`];
    case 'fallen':
      return [t`Fallen`, t`Was fallen`];
  }
}

/** Upright or fallen; undefined without a reading. */
export function postureOf(angle: number | undefined): Posture | undefined {
  if (angle === undefined) return undefined;
  const off = Math.abs(angle);
  return off >= FALLEN ? 'fallen' : off >= LEANING ? 'leaning' : 'upright';
}

/** Whether what it told last says nothing of now. A short silence is no reason to doubt it. */
export function isGone({ status }: Freshness): boolean {
  return status === 'offline' || status === 'never' || status === 'cut';
}

/** The posture for people, at `now` in epoch seconds: that of a robot that is gone with its time. */
export function postureText(robot: ProBot, fresh: Freshness, now: number): string {
  const posture = postureOf(robot.angle);
  if (posture === undefined) return t`No angle`;
  const [words, then] = wordsOf(posture);
  if (!isGone(fresh)) return words;
  return robot.heard === undefined ? then : `${then}, ${shortTimeText(robot.heard, now)}`;
}

/** How a robot stands, seen by somebody who wants to drive. */
export type Availability =
  'not working' | 'unknown' | 'offline' | 'stopped' | 'available' | 'in use';

/**
 * `leased`: somebody drives it. A robot that was never heard is known from the settings alone; one
 * whose program does not run or that lies on the ground does not work either. Driving takes a
 * program that says it is started. Nothing is known while a link to it is lost.
 */
export function availabilityOf(robot: ProBot, fresh: Freshness, leased: boolean): Availability {
  if (robot.heard === undefined) return 'not working';
  if (fresh.status === 'cut') return 'unknown';
  if (fresh.status === 'offline') return 'offline';
  if (robot.routine === 'not running' || postureOf(robot.angle) === 'fallen') return 'not working';
  if (leased) return 'in use';
  return robot.routine === 'started' ? 'available' : 'stopped';
}

/** Why a robot that is heard cannot be driven; undefined when it can. As the server refuses it. */
export function idleText(robot: ProBot): string | undefined {
  const { name } = robot;
  switch (robot.routine) {
    case 'not running':
      return t`${name} cannot move: its program is not running.`;
    case 'stopped':
      return t`${name} cannot move: its main routine is stopped.`;
    case 'started':
      return postureOf(robot.angle) === 'fallen' ? t`${name} has fallen over.` : undefined;
    default:
      return t`${name} has not said that its program runs.`;
  }
}

/** As in the settings; those that are not in them by name. */
export function inOrder(a: ProBot, b: ProBot): number {
  const places = (a.order ?? Infinity) - (b.order ?? Infinity);
  if (places !== 0 && !Number.isNaN(places)) return places;
  return orderOf(a.name) < orderOf(b.name) ? -1 : 1;
}
