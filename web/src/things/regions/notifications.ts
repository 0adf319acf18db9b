/**
 * Tells of crossings as they happen: a few short notices that go by themselves. What happened before
 * the page was opened, or while it was away for long, is in the list and is not told again.
 */
import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { splitKey } from '../../app/world';
import type { World } from '../../app/world';
import { readCrossing } from './crossings';
import type { Crossing } from './crossings';

/** A crossing we learnt of longer ago than this is no news, seconds. */
const NEWS = 120;
/** At most so many notices at once; of the others only how many they are. */
export const MOST = 3;

export interface Told {
  /** Newest first. */
  readonly crossings: readonly Crossing[];
  /** How many more there were, which are not shown. */
  readonly more: number;
}

const NOTHING: Told = { crossings: [], more: 0 };

export type Hearer = (crossing: Crossing) => void;

export class Notifications {
  readonly told: ReadonlySignal<Told>;
  /** Crossings that nobody has looked at in the list. */
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

  /** Be told of every crossing that is news; returns the way to stop. */
  onNews(hearer: Hearer): () => void {
    this.#hearers.add(hearer);
    return () => {
      this.#hearers.delete(hearer);
    };
  }

  dismiss(n: number): void {
    const { crossings, more } = this.#told.value;
    const left = crossings.filter((crossing) => crossing.n !== n);
    if (left.length === crossings.length) return;
    this.#told.value = left.length === 0 ? NOTHING : { crossings: left, more };
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
    const news: Crossing[] = [];
    let told = this.#told.value;
    for (const key of changed) {
      if (splitKey(key)[0] !== 'crossing') continue;
      const thing = world.get(key);
      if (!thing) continue;
      const crossing = readCrossing(thing);
      last = Math.max(last, crossing.n);
      // The other side may have given its verdict meanwhile.
      if (told.crossings.some(({ n }) => n === crossing.n)) {
        const crossings = told.crossings.map((each) => (each.n === crossing.n ? crossing : each));
        told = { ...told, crossings };
      }
      if (known !== null && crossing.n > known && now - (crossing.at ?? now) < NEWS) {
        news.push(crossing);
      }
    }
    this.#epoch = epoch;
    this.#last = last;
    news.sort((a, b) => b.n - a.n);
    const all = [...news, ...told.crossings];
    if (told !== this.#told.value || news.length > 0) {
      this.#told.value = {
        crossings: all.slice(0, MOST),
        more: told.more + Math.max(0, all.length - MOST),
      };
    }
    this.#unseen.value += news.length;
    for (const crossing of [...news].reverse()) {
      for (const hearer of this.#hearers) hearer(crossing);
    }
  }
}
