/**
 * What the driver wants, out of everything that can say it, and when it counts. No DOM, no clock, no
 * I/O: this is the part that must be right.
 *
 * Every source (pad, keys, sliders, gamepad) has one wish; the wishes are merged, limited, and become
 * the four numbers a ProBot reads. The latch is the rule that after a stop which the driver did not
 * ask for everything must be let go first.
 */
import { t } from '@lingui/core/macro';

/** `x` to the right, `y` forward, each from -1 to 1. */
export interface Wish {
  readonly x: number;
  readonly y: number;
}

/** How far each of the robot's four keys is pressed: 0 to 0.75, in steps of 0.01. */
export interface Keys {
  readonly up: number;
  readonly down: number;
  readonly left: number;
  readonly right: number;
}

/** The greatest values that the driver allows, in the robot's own measure. */
export interface Limits {
  readonly speed: number;
  readonly turn: number;
}

export const SOURCES = ['pad', 'keys', 'sliders', 'gamepad'] as const;
export type Source = (typeof SOURCES)[number];

export const NOTHING: Wish = { x: 0, y: 0 };
export const RELEASED: Keys = { up: 0, down: 0, left: 0, right: 0 };

/** The most a key of the robot may say. */
export const MOST = 0.75;
/** A held key grows by so much in each step of so many milliseconds, as on the robot's first page. */
export const RAMP_STEP = 0.08;
export const RAMP_EVERY = 20;

/** How far a key that has been held for so many milliseconds is pressed: 0.08 at once, then up to 0.75. */
export function ramp(heldFor: number): number {
  if (!(heldFor >= 0)) return 0;
  const steps = Math.floor(heldFor / RAMP_EVERY) + 1;
  return Math.min(MOST, Math.round(steps * RAMP_STEP * 1000) / 1000);
}

/** A number from -1 to 1; whatever is no number wishes nothing. */
export function within(value: number): number {
  return Number.isFinite(value) ? Math.min(1, Math.max(-1, value)) : 0;
}

/**
 * All wishes in one. On each axis the strongest counts, so that two hands are no faster than one,
 * and opposite ones take from each other.
 */
export function merge(wishes: Iterable<Wish>): Wish {
  let left = 0;
  let right = 0;
  let back = 0;
  let forward = 0;
  for (const wish of wishes) {
    const x = within(wish.x);
    const y = within(wish.y);
    left = Math.min(left, x);
    right = Math.max(right, x);
    back = Math.min(back, y);
    forward = Math.max(forward, y);
  }
  return { x: left + right, y: back + forward };
}

export function isNothing(wish: Wish): boolean {
  return wish.x === 0 && wish.y === 0;
}

export function isReleased(keys: Keys): boolean {
  return keys.up === 0 && keys.down === 0 && keys.left === 0 && keys.right === 0;
}

/** The robot's four numbers for a wish: never more than the limits, nor than the robot takes. */
export function keysOf(wish: Wish, limits: Limits): Keys {
  const y = hundredths(within(wish.y) * allowed(limits.speed));
  const x = hundredths(within(wish.x) * allowed(limits.turn));
  return {
    up: Math.max(0, y),
    down: Math.max(0, -y),
    left: Math.max(0, -x),
    right: Math.max(0, x),
  };
}

/** The four numbers as the robot will read them. */
export function keysText(keys: Keys): string {
  if (isReleased(keys)) return '0 0 0 0';
  return [keys.up, keys.down, keys.left, keys.right].map((key) => key.toFixed(2)).join(' ');
}

function allowed(limit: number): number {
  return Number.isFinite(limit) ? Math.min(MOST, Math.max(0, limit)) : 0;
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

/**
 * Must release first. While it is shut nothing that moves gets through; it opens when every source
 * is seen at rest, and only then.
 */
export class Latch {
  #why: string | null;

  /** Shut from the beginning: anybody who takes a robot with the stick pushed starts from rest. */
  constructor(why: string | null = t`everything must be at rest once.`) {
    this.#why = why;
  }

  /** Why it is shut; null while it is open. */
  get why(): string | null {
    return this.#why;
  }

  shut(why: string): void {
    this.#why = why;
  }

  /** The wish of every source as it is now: what of them counts. */
  pass(wishes: readonly Wish[]): Wish {
    // Each for itself: two that take from each other are not at rest.
    if (wishes.every(isNothing)) this.#why = null;
    return this.#why === null ? merge(wishes) : NOTHING;
  }
}
