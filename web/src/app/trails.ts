/**
 * Where the things somebody looks at have been since they were chosen. Kept in memory only, for a
 * few things, and bounded: history is the server's business.
 */
import type { Key } from './world';

export interface TrailSpot {
  readonly lng: number;
  readonly lat: number;
  /** Time of the fix, epoch seconds. */
  readonly at: number;
  /** km/h, when known. */
  readonly speed: number | undefined;
}

export class Trails {
  readonly #spots = new Map<Key, TrailSpot[]>();
  readonly #most: number;
  readonly #mostThings: number;

  constructor(most = 500, mostThings = 12) {
    this.#most = most;
    this.#mostThings = mostThings;
  }

  /** Begin to remember where this one goes. The one not chosen for longest is forgotten. */
  keep(key: Key): void {
    const spots = this.#spots.get(key) ?? [];
    this.#spots.delete(key);
    this.#spots.set(key, spots);
    for (const oldest of this.#spots.keys()) {
      if (this.#spots.size <= this.#mostThings) break;
      this.#spots.delete(oldest);
    }
  }

  keeps(key: Key): boolean {
    return this.#spots.has(key);
  }

  /** It is here now; nothing happens for things not kept, and for a fix known already. */
  add(key: Key, spot: TrailSpot): void {
    const spots = this.#spots.get(key);
    const last = spots?.at(-1);
    if (!spots || (last && spot.at <= last.at)) return;
    spots.push(spot);
    if (spots.length > this.#most) spots.splice(0, spots.length - this.#most);
  }

  /** Oldest first. */
  of(key: Key): readonly TrailSpot[] {
    return this.#spots.get(key) ?? [];
  }
}
