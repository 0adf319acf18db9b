/** What each condition is about, which parts it has, and what it begins with. Pure; a table. */
import type { Condition, ConditionType, Slot } from './model';

/** Kinds of things that a condition can look at. */
export type SubjectKind = 'friend' | 'probot' | 'broker' | 'client';

export interface ConditionForm {
  readonly about: readonly SubjectKind[];
  /** Parts of it, besides who, when and whom, in the order in which they are asked. */
  readonly slots: readonly Slot[];
  /** Without these it says nothing. */
  readonly needs: readonly (keyof Condition)[];
  readonly begins: Condition;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

export const FORMS: Readonly<Record<ConditionType, ConditionForm>> = {
  arrives: form('arrives', ['friend'], ['place'], ['region']),
  leaves: form('leaves', ['friend'], ['place'], ['region']),
  absent: form('absent', ['friend'], ['place', 'by'], ['region', 'by'], { by: '08:30' }),
  stays: form('stays', ['friend'], ['place', 'long'], ['region', 'seconds'], { seconds: 2 * HOUR }),
  near: form('near', ['friend'], ['other', 'far'], ['other', 'metres'], { metres: 200 }),
  battery: form('battery', ['friend', 'probot'], ['limit', 'by'], [], { below: 20 }),
  silent: form('silent', ['friend', 'probot'], ['long'], []),
  speed: form('speed', ['friend'], ['limit', 'long'], ['above'], { above: 120 }),
  fallen: form('fallen', ['probot'], [], []),
  latency: form('latency', ['probot', 'broker'], ['limit', 'long'], ['above'], {
    above: 500,
    seconds: 10,
  }),
  alarm: form('alarm', ['probot'], [], []),
  disconnected: form('disconnected', ['broker'], ['long'], [], { seconds: MINUTE }),
  flapping: form('flapping', ['broker', 'client'], ['times', 'long'], ['times', 'seconds'], {
    times: 5,
    seconds: 10 * MINUTE,
  }),
  number: form('number', ['broker'], ['topic', 'limit'], ['topic'], {}),
};

function form(
  type: ConditionType,
  about: readonly SubjectKind[],
  slots: readonly Slot[],
  needs: readonly (keyof Condition)[],
  begins: Omit<Condition, 'type' | 'changed'> = {},
): ConditionForm {
  return { about, slots, needs, begins: { type, changed: false, ...begins } };
}

export const TYPES = Object.keys(FORMS) as readonly ConditionType[];

/** The kind of what is written in the words of grants: `friend/jane` is a friend. */
export function kindIn(word: string): string {
  return word.split('/', 1)[0] ?? '';
}

/** What can happen to things of this kind. */
export function typesFor(kind: string): readonly ConditionType[] {
  return TYPES.filter((type) => (FORMS[type].about as readonly string[]).includes(kind));
}

/** Of what a threshold is, and how far it can be pulled. */
export interface Threshold {
  readonly field: 'seconds' | 'metres' | 'above' | 'below' | 'times' | 'margin';
  /** Where a slider stops, from the least on. */
  readonly stops: readonly number[];
  readonly is:
    'time' | 'way' | 'percent' | 'speed' | 'milliseconds' | 'count' | 'degrees' | 'plain';
  /** It may be left out, and then means something of its own. */
  readonly optional?: boolean;
}

const TIMES = [
  ...[30, MINUTE, 2 * MINUTE, 3 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 20 * MINUTE],
  ...[30 * MINUTE, 45 * MINUTE, HOUR, 1.5 * HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 8 * HOUR],
  ...[12 * HOUR, 18 * HOUR, 24 * HOUR],
];
/** Of what takes its time anyway: the server knows nothing shorter than a minute. */
const LONG = [...TIMES.slice(1), 36 * HOUR, 48 * HOUR, 72 * HOUR, 168 * HOUR];
const SHORT = [0, 5, 10, 20, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE];
const WAYS = [20, 50, 100, 150, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000, 10_000];
const PERCENTS = Array.from({ length: 19 }, (_, n) => 5 + 5 * n);
const SPEEDS = Array.from({ length: 40 }, (_, n) => 5 + 5 * n);
const DELAYS = [50, 100, 150, 200, 300, 400, 500, 750, 1000, 1500, 2000, 3000, 5000];
const COUNTS = [2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50];

/** The threshold that a part of this condition is; undefined for parts that are none. */
export function thresholdOf({ type, above, below }: Condition, slot: Slot): Threshold | undefined {
  switch (slot) {
    case 'far':
      return { field: 'metres', stops: WAYS, is: 'way' };
    case 'times':
      return { field: 'times', stops: COUNTS, is: 'count' };
    case 'long':
      if (type === 'stays') return { field: 'seconds', stops: LONG, is: 'time' };
      if (type === 'flapping') return { field: 'seconds', stops: TIMES, is: 'time' };
      if (type === 'silent') return { field: 'seconds', stops: LONG, is: 'time', optional: true };
      return { field: 'seconds', stops: SHORT, is: 'time', optional: true };
    case 'limit':
      if (type === 'battery')
        return { field: 'below', stops: PERCENTS, is: 'percent', optional: true };
      if (type === 'speed') return { field: 'above', stops: SPEEDS, is: 'speed' };
      if (type === 'latency') return { field: 'above', stops: DELAYS, is: 'milliseconds' };
      return {
        field: below !== undefined && above === undefined ? 'below' : 'above',
        stops: [],
        is: 'plain',
      };
    default:
      return undefined;
  }
}

/** The stop of a slider that is nearest to a value. */
export function nearestStop(stops: readonly number[], value: number): number {
  let best = 0;
  stops.forEach((stop, n) => {
    if (Math.abs(stop - value) < Math.abs((stops[best] ?? 0) - value)) best = n;
  });
  return best;
}
