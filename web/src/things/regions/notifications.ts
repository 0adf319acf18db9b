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

export interface Told {
  /** Newest first. */
  readonly transitions: readonly Transition[];
  /** How many more there were, which are not shown. */
  readonly more: number;
}

const NOTHING: Told = { transitions: [], more: 0 };

export type Hearer = (transition: Transition) => void;

export class Notifications {
  readonly told: ReadonlySignal<Told>;
  /** Transitions that nobody has looked at in the list. */
  readonly unseen: ReadonlySignal<number>;
  readonly #told = signal(NOTHING);
  readonly #unseen = signal(0);
  readonly #hearers = new Set<Hearer>();
  /** The greatest number known; null before there is a picture. */
  #last: number | null = null;
  /** The numbering it belongs to: another server counts anew. */
  #epoch: string | null = null;

  constructor(world: World, now: () => number) {
    this.told = this.#told;
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
    const { transitions, more } = this.#told.value;
    const left = transitions.filter((transition) => transition.n !== n);
    if (left.length === transitions.length) return;
    this.#told.value = left.length === 0 ? NOTHING : { transitions: left, more };
  }

  clear(): void {
    if (this.#told.value !== NOTHING) this.#told.value = NOTHING;
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
    let told = this.#told.value;
    for (const key of changed) {
      if (splitKey(key)[0] !== 'crossing') continue;
      const thing = world.get(key);
      if (!thing) continue;
      const transition = readTransition(thing);
      last = Math.max(last, transition.n);
      // The other side may have given its verdict meanwhile.
      if (told.transitions.some(({ n }) => n === transition.n)) {
        const transitions = told.transitions.map((each) => (each.n === transition.n ? transition : each));
        told = { ...told, transitions };
      }
      if (known !== null && transition.n > known && now - (transition.at ?? now) < NEWS) {
        news.push(transition);
      }
    }
    this.#epoch = epoch;
    this.#last = last;
    news.sort((a, b) => b.n - a.n);
    const all = [...news, ...told.transitions];
    if (told !== this.#told.value || news.length > 0) {
      this.#told.value = {
        transitions: all.slice(0, MOST),
        more: told.more + Math.max(0, all.length - MOST),
      };
    }
    this.#unseen.value += news.length;
    for (const transition of [...news].reverse()) {
      for (const hearer of this.#hearers) hearer(transition);
    }
  }
}
