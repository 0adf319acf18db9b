/**
 * Gathers what changed in the world and tells it once per drawn frame, however fast news come in.
 * While the page is hidden nothing is drawn, and the gathered set is bounded by the number of things.
 */
import { splitKey } from './world';
import type { Key, Picture } from './world';

export interface Changes {
  readonly keys: ReadonlySet<Key>;
  readonly kinds: ReadonlySet<string>;
}

export type ChangeListener = (changes: Changes) => void;

export class Scheduler {
  readonly #listeners = new Set<ChangeListener>();
  readonly #schedule: (draw: () => void) => void;
  #keys = new Set<Key>();
  #scheduled = false;

  constructor(
    world: Picture,
    schedule: (draw: () => void) => void = (draw) => requestAnimationFrame(draw),
  ) {
    this.#schedule = schedule;
    world.onChange((changed) => {
      for (const key of changed) this.#keys.add(key);
      if (this.#scheduled) return;
      this.#scheduled = true;
      this.#schedule(() => {
        this.#beat();
      });
    });
  }

  on(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #beat(): void {
    const keys = this.#keys;
    this.#keys = new Set();
    this.#scheduled = false;
    const kinds = new Set<string>();
    for (const key of keys) kinds.add(splitKey(key)[0]);
    const changes: Changes = { keys, kinds };
    for (const listener of this.#listeners) listener(changes);
  }
}
