/** Chance that can be had again: the same seed, the same play. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761 + 1) >>> 0;
  }

  /** From 0 up to 1. */
  next(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  from<T>(all: readonly [T, ...T[]]): T {
    return all[this.below(all.length)] ?? all[0];
  }

  /** A wish in all its forms: at rest quite often, and now and then no number at all. */
  wish(): { x: number; y: number } {
    const part = () => this.from([0, 0, 0, 1, -1, this.next() * 2 - 1, 5, NaN]);
    return { x: part(), y: part() };
  }
}

export const SEEDS = Array.from({ length: 60 }, (_, seed) => seed + 1);
