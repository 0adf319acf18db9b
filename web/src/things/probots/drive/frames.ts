/** The driving frames of one lease: when one is due, those that wait for their answer, how many go out. */
import { isReleased } from './intent';
import type { Keys } from './intent';
import type { Outside } from './outside';

/** Between two frames while the robot is to move, in milliseconds. */
export const FRAME_EVERY = 50;
/** Between two frames of zeroes while it is not. */
export const IDLE_EVERY = 250;
/** After the sticks are let go, zeroes go on at the full rate for so long: one may get lost. */
const TAIL = 300;
/** For how long frames wait for their answer, counted in frames. */
const REMEMBERED = 200;

/** A frame that was sent. `at`: monotonic milliseconds. */
export interface SentFrame {
  readonly at: number;
  readonly moving: boolean;
}

export class Frames {
  /** Whether the last frame moved the robot. */
  moving = false;
  #n = 0;
  #sentAt = -Infinity;
  #movedAt = -Infinity;
  #times: number[] = [];
  readonly #pending = new Map<number, SentFrame>();

  constructor(private readonly out: Outside) {}

  /** A lease begins. */
  begin(): void {
    this.moving = false;
    this.#n = 0;
    this.#sentAt = this.#movedAt = -Infinity;
    this.#pending.clear();
    this.#times = [];
  }

  /** The lease is over. */
  end(): void {
    this.moving = false;
    this.#pending.clear();
  }

  /** Whether it is time for a frame that does not move the robot, or does. */
  due(moves: boolean): boolean {
    const now = this.out.now();
    const busy = moves || this.moving || now - this.#movedAt < TAIL;
    return busy || now - this.#sentAt >= IDLE_EVERY - FRAME_EVERY / 2;
  }

  /** Send one; false when there is no connection. */
  send(robot: string, fence: number, keys: Keys): boolean {
    const now = this.out.now();
    const moves = !isReleased(keys);
    const id = this.out.tell('drive', {
      thing: `probot/${robot}`,
      lease: fence,
      n: ++this.#n,
      ms: Math.round(now),
      ...keys,
    });
    if (id === null) return false;
    this.#sentAt = now;
    if (moves) this.#movedAt = now;
    this.moving = moves;
    this.#pending.set(id, { at: now, moving: moves });
    for (const old of this.#pending.keys()) {
      if (this.#pending.size <= REMEMBERED) break;
      this.#pending.delete(old);
    }
    this.#times.push(now);
    return true;
  }

  /** The frame that an answer is to, which then waits no more. */
  answered(id: number): SentFrame | undefined {
    const frame = this.#pending.get(id);
    if (frame) this.#pending.delete(id);
    return frame;
  }

  /** Frames in the last second. */
  rate(): number {
    const now = this.out.now();
    this.#times = this.#times.filter((at) => now - at < 1000);
    return this.#times.length;
  }
}
