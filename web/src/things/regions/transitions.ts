/**
 * Transitions (`crossing/…` on the wire): somebody entered or left a region, by whose word, and
 * whether the other one agrees.
 */
import { t } from '@lingui/core/macro';
import { TransitionShape } from '../../generated';
import type { Transition as TransitionState } from '../../generated';
import type { Thing } from '../../net/protocol';
import { readLoosely } from '../../net/shape';
import type { Read } from '../../net/shape';
import { keyOf } from '../../app/world';
import type { Key, Picture } from '../../app/world';

/** `region` is the region's key, when it is one of ours. */
export type Transition = Read<TransitionState>;

const known = new WeakMap<Thing, Transition>();

/** Read a transition; the same thing gives the same object. */
export function readTransition(thing: Thing): Transition {
  const before = known.get(thing);
  if (before) return before;
  const state = readLoosely<TransitionState>(TransitionShape, thing);
  const transition: Transition = {
    ...state,
    name: state.name === '' ? (state.region ?? t`a region`) : state.name,
    ...(state.region === undefined ? {} : { region: keyOf('region', state.region) }),
  };
  known.set(thing, transition);
  return transition;
}

/** When it happened, as well as is known; epoch seconds. */
export function timeOf({ tst, at }: Transition): number {
  return tst || at;
}

/** What is told so much later (seconds) waited in the phone's queue, and is said to be late. */
export const LATE = 60;

/** By how many seconds we learnt of it later than it happened; undefined when that is no matter. */
export function latenessOf({ tst, at }: Transition): number | undefined {
  return at - tst > LATE ? at - tst : undefined;
}

export interface Wanted {
  /** All transitions when absent. */
  readonly thing?: Key | undefined;
  readonly region?: Key | undefined;
  /** Epoch seconds. */
  readonly since?: number;
}

/** The transitions that are wanted, newest first. */
export function transitionsOf(world: Picture, wanted: Wanted = {}): Transition[] {
  const found: Transition[] = [];
  for (const thing of world.kind('crossing').values()) {
    const transition = readTransition(thing);
    if (wanted.thing !== undefined && transition.thing !== wanted.thing) continue;
    if (wanted.region !== undefined && transition.region !== wanted.region) continue;
    if (wanted.since !== undefined && timeOf(transition) < wanted.since) continue;
    found.push(transition);
  }
  // By when it happened: what waited in a phone's queue stands where it belongs.
  return found.sort((a, b) => timeOf(b) - timeOf(a) || b.n - a.n);
}
