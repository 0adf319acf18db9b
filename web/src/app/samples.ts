/** The last few minutes of some figures, collected while the page is open. */
import type { SparkPoint } from '../ui/spark';

/** All there are: what outlives a section must not outlive who was looking. */
const all = new Set<Samples>();

export function forgetSamples(): void {
  for (const samples of all) samples.forget();
}

export class Samples {
  readonly #series = new Map<string, SparkPoint[]>();
  readonly #most: number;

  constructor(most = 120) {
    this.#most = most;
    all.add(this);
  }

  forget(): void {
    this.#series.clear();
  }

  /** `at` in epoch seconds. A sample that is not newer than the last one is ignored. */
  add(name: string, at: number, value: number): void {
    let points = this.#series.get(name);
    if (!points) {
      points = [];
      this.#series.set(name, points);
    }
    const last = points.at(-1);
    if (last && at <= last.at) return;
    points.push({ at, value });
    if (points.length > this.#most) points.shift();
  }

  of(name: string): readonly SparkPoint[] {
    return this.#series.get(name) ?? [];
  }
}
