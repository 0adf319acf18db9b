/**
 * The wishes of pad, keys, sliders and gamepad, and whether they count: after a stop that the driver
 * did not ask for nothing does until every source was at rest (the latch), nor while the page is out
 * of sight or something hinders the robot.
 */
import { t } from '@lingui/core/macro';
import { isNothing, keysOf, Latch, MOST, NOTHING, RELEASED, SOURCES } from './intent';
import type { Keys, Limits, Source, Wish } from './intent';

export interface Wanted {
  readonly keys: Keys;
  readonly wish: Wish;
  /** Whether anything is held, counting or not. */
  readonly held: boolean;
}

export class Wishes {
  limits: Limits = { speed: MOST, turn: MOST };
  /** What the server says holds the robot still; null: nothing. */
  hindered: string | null = null;
  readonly #wishes = new Map<Source, Wish | (() => Wish)>();
  readonly #drops = new Set<() => void>();
  #latch = new Latch();

  /** @param visible whether the page can be seen */
  constructor(private readonly visible: () => boolean) {}

  /** A lease begins: nothing of the one before counts. */
  begin(): void {
    this.#latch = new Latch();
    this.hindered = null;
  }

  /** Why nothing that moves is let out; null when it is. */
  get locked(): string | null {
    return this.hindered ?? this.#latch.why;
  }

  /** What a source wants from now on; a function is asked for each frame. */
  set(source: Source, wish: Wish | (() => Wish)): void {
    this.#wishes.set(source, wish);
  }

  /** Be told when every source must forget what it holds. Returns the way to stop that. */
  onLetGo(drop: () => void): () => void {
    this.#drops.add(drop);
    return () => {
      this.#drops.delete(drop);
    };
  }

  /** Let nothing through until every source was at rest. */
  shut(why: string): void {
    this.#latch.shut(why);
  }

  /** Tell every source to forget what it holds. */
  drop(): void {
    for (const drop of this.#drops) drop();
  }

  anyHeld(): boolean {
    return this.#now().some((wish) => !isNothing(wish));
  }

  wanted(): Wanted {
    const wishes = this.#now();
    const passed = this.#latch.pass(wishes);
    const held = wishes.some((wish) => !isNothing(wish));
    if (!this.visible() || this.hindered !== null) {
      if (held) this.#latch.shut(this.hindered ?? t`the page was out of sight.`);
      return { keys: RELEASED, wish: NOTHING, held };
    }
    return { keys: keysOf(passed, this.limits), wish: passed, held };
  }

  #now(): Wish[] {
    return SOURCES.map((source) => {
      const wish = this.#wishes.get(source) ?? NOTHING;
      return typeof wish === 'function' ? wish() : wish;
    });
  }
}
