/**
 * Tells of transitions as they happen: a few short notices that go by themselves. What happened before
 * the page was opened, or while it was away for long, is in the list and is not told again.
 */
import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { splitKey } from '../../app/world';
import type { World } from '../../app/world';
import { readTransition } from './transitions';
import type { Transition } from './transitions';

/** A transition we learnt of longer ago than this is no news, seconds. */
const NEWS = 120;
/** At most so many notices at once; of the others only how many they are. */
export const MOST = 3;

export interface NewTransitions {
  /** Newest first. */
  readonly transitions: readonly Transition[];
  /** How many more there were, which are not shown. */
  readonly more: number;
}

const NOTHING: NewTransitions = { transitions: [], more: 0 };

export type Hearer = (transition: Transition) => void;

export class Notifications {
  readonly current: ReadonlySignal<NewTransitions>;
  /** Transitions that nobody has looked at in the list. */
  readonly unseen: ReadonlySignal<number>;
  readonly #current = signal(NOTHING);
  readonly #unseen = signal(0);
  readonly #hearers = new Set<Hearer>();
  /** The greatest number known; null before there is a picture. */
  #last: number | null = null;
  /** The numbering it belongs to: another server counts anew. */
  #epoch: string | null = null;

  constructor(world: World, now: () => number) {
    this.current = this.#current;
    this.unseen = this.#unseen;
    world.onChange((changed) => {
      this.#look(world, changed, now());
    });
  }

  /** Be told of every transition that is news; returns the way to stop. */
  onNews(hearer: Hearer): () => void {
    this.#hearers.add(hearer);
    return () => {
      this.#hearers.delete(hearer);
    };
  }

  dismiss(n: number): void {
    const { transitions, more } = this.#current.value;
    const left = transitions.filter((transition) => transition.n !== n);
    if (left.length === transitions.length) return;
    this.#current.value = left.length === 0 ? NOTHING : { transitions: left, more };
  }

  clear(): void {
    if (this.#current.value !== NOTHING) this.#current.value = NOTHING;
  }

  /** Somebody looks at the list. */
  seen(): void {
    this.#unseen.value = 0;
  }

  #look(world: World, changed: ReadonlySet<string>, now: number): void {
    const { epoch } = world.cursor;
    const known = epoch === this.#epoch ? this.#last : null;
    let last = known ?? 0;
    const news: Transition[] = [];
    let current = this.#current.value;
    for (const key of changed) {
      if (splitKey(key)[0] !== 'crossing') continue;
      const thing = world.get(key);
      if (!thing) continue;
      const transition = readTransition(thing);
      last = Math.max(last, transition.n);
      // The other side may have given its verdict meanwhile.
      if (current.transitions.some(({ n }) => n === transition.n)) {
        const transitions = current.transitions.map((each) =>
          each.n === transition.n ? transition : each,
        );
        current = { ...current, transitions };
      }
      if (known !== null && transition.n > known && now - (transition.at ?? now) < NEWS) {
        news.push(transition);
      }
    }
    this.#epoch = epoch;
    this.#last = last;
    news.sort((a, b) => b.n - a.n);
    const all = [...news, ...current.transitions];
    if (current !== this.#current.value || news.length > 0) {
      this.#current.value = {
        transitions: all.slice(0, MOST),
        more: current.more + Math.max(0, all.length - MOST),
      };
    }
    this.#unseen.value += news.length;
    for (const transition of [...news].reverse()) {
      for (const hearer of this.#hearers) hearer(transition);
    }
  }
}
