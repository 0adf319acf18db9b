/** Crossings: somebody entered or left a region, by whose word, and whether the other one agrees. */
import type { Thing } from '../../net/protocol';
import { keyOf } from '../../app/world';
import type { Key, Picture } from '../../app/world';
import { field, present } from '../fields';

export interface Crossing {
  /** Counts up; a greater one came later. */
  readonly n: number;
  readonly event: 'enter' | 'leave';
  /** Who: "friend/jane/phone". */
  readonly thing: Key;
  /** The region's key, when it is one of ours. */
  readonly region?: Key;
  /** The region's name at the time. */
  readonly name: string;
  /** When it happened by the phone's clock, and when we knew; epoch seconds. */
  readonly tst?: number;
  readonly at?: number;
  readonly by: 'server' | 'phone';
  /** Whether the other side says the same; absent when it said nothing. */
  readonly agrees?: boolean;
  /** Metres. */
  readonly accuracy?: number;
  /** No fix was in the region: the way between two of them led through. */
  readonly inferred?: boolean;
}

const known = new WeakMap<Thing, Crossing>();

/** Read a crossing; the same thing gives the same object. */
export function readCrossing(thing: Thing): Crossing {
  const before = known.get(thing);
  if (before) return before;
  const region = field.text(thing, 'region');
  const { agrees } = thing;
  const crossing: Crossing = {
    n: field.number(thing, 'n') ?? 0,
    event: thing['event'] === 'leave' ? 'leave' : 'enter',
    thing: field.text(thing, 'thing') ?? '',
    name: field.text(thing, 'name') ?? region ?? 'a region',
    by: thing['by'] === 'phone' ? 'phone' : 'server',
    ...present({
      region: region === undefined ? undefined : keyOf('region', region),
      tst: field.number(thing, 'tst'),
      at: field.number(thing, 'at'),
      agrees: typeof agrees === 'boolean' ? agrees : undefined,
      accuracy: field.number(thing, 'acc'),
      inferred: thing['inferred'] === true ? true : undefined,
    }),
  };
  known.set(thing, crossing);
  return crossing;
}

/** When it happened, as well as is known; epoch seconds. */
export function timeOf({ tst, at }: Crossing): number {
  return tst ?? at ?? 0;
}

/** What is told so much later (seconds) waited in the phone's queue, and is said to be late. */
export const LATE = 60;

/** By how many seconds we learnt of it later than it happened; undefined when that is no matter. */
export function latenessOf({ tst, at }: Crossing): number | undefined {
  return tst !== undefined && at !== undefined && at - tst > LATE ? at - tst : undefined;
}

export interface Wanted {
  /** All crossings when absent. */
  readonly thing?: Key | undefined;
  readonly region?: Key | undefined;
  /** Epoch seconds. */
  readonly since?: number;
}

/** The crossings that are wanted, newest first. */
export function crossingsOf(world: Picture, wanted: Wanted = {}): Crossing[] {
  const found: Crossing[] = [];
  for (const thing of world.kind('crossing').values()) {
    const crossing = readCrossing(thing);
    if (wanted.thing !== undefined && crossing.thing !== wanted.thing) continue;
    if (wanted.region !== undefined && crossing.region !== wanted.region) continue;
    if (wanted.since !== undefined && timeOf(crossing) < wanted.since) continue;
    found.push(crossing);
  }
  // By when it happened: what waited in a phone's queue stands where it belongs.
  return found.sort((a, b) => timeOf(b) - timeOf(a) || b.n - a.n);
}

/** Midnight here, epoch seconds. */
export function startOfDay(now: number): number {
  return new Date(now * 1000).setHours(0, 0, 0, 0) / 1000;
}
