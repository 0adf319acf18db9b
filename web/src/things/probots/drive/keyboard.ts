/** Arrow keys and WASD as a wish: which are held, and for how long. No DOM here. */
import { MOST, NOTHING, ramp } from './intent';
import type { Wish } from './intent';

type Direction = 'up' | 'down' | 'left' | 'right';

/** By the place of the key, not its letter: WASD is a shape, also on keyboards of other countries. */
const DIRECTIONS: Readonly<Record<string, Direction>> = {
  KeyW: 'up',
  ArrowUp: 'up',
  KeyS: 'down',
  ArrowDown: 'down',
  KeyA: 'left',
  ArrowLeft: 'left',
  KeyD: 'right',
  ArrowRight: 'right',
};

export class HeldKeys {
  /** When each key went down, in milliseconds. */
  readonly #since = new Map<string, number>();

  /** Whether this is one of ours. */
  static drives(code: string): boolean {
    return code in DIRECTIONS;
  }

  /**
   * A key went down. The repeats of a key that we did not see go down, or had to forget, are not
   * taken for a new press.
   */
  press(code: string, repeat: boolean, now: number): void {
    if (repeat || !HeldKeys.drives(code) || this.#since.has(code)) return;
    this.#since.set(code, now);
  }

  release(code: string): void {
    this.#since.delete(code);
  }

  /** The keyboard is somebody else's now: how would we learn that a key goes up? */
  forget(): void {
    this.#since.clear();
  }

  get any(): boolean {
    return this.#since.size > 0;
  }

  holds(direction: Direction): boolean {
    return [...this.#since.keys()].some((code) => DIRECTIONS[code] === direction);
  }

  wish(now: number): Wish {
    if (!this.any) return NOTHING;
    const far = { up: 0, down: 0, left: 0, right: 0 };
    for (const [code, since] of this.#since) {
      const direction = DIRECTIONS[code];
      if (direction) far[direction] = Math.max(far[direction], ramp(now - since) / MOST);
    }
    return { x: far.right - far.left, y: far.up - far.down };
  }
}
