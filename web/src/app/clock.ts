/**
 * The server's time as the page knows it. Ages are computed in it, so that a wrong clock on this
 * computer never makes a friend look older or younger than they are.
 */

/** How many of the newest comparisons are looked at. */
const SAMPLES = 8;

export class ServerClock {
  readonly #local: () => number;
  readonly #offsets: number[] = [];
  #offset = 0;
  #held: number | null = null;

  /** `local` gives this computer's wall clock in epoch milliseconds. */
  constructor(local: () => number = Date.now) {
    this.#local = local;
  }

  /**
   * The server said what time it is, in epoch milliseconds. The frame took a while to get here and
   * made the server's clock look late by that much, so the greatest recent offset is the best one.
   */
  heard(serverNow: number): void {
    this.#offsets.push(serverNow - this.#local());
    if (this.#offsets.length > SAMPLES) this.#offsets.shift();
    this.#offset = Math.max(...this.#offsets);
  }

  /** A new connection may lead to another machine: comparisons with the last one say nothing. */
  forget(): void {
    this.#offsets.length = 0;
  }

  /** Begin with what was found at an earlier visit, until the server says what time it is. */
  recall(offset: number): void {
    if (this.#offsets.length === 0) this.#offset = offset;
  }

  /** Server time minus local time, in milliseconds. */
  get offset(): number {
    return this.#offset;
  }

  /** Stand still at this time, epoch seconds, for a picture of the past; null: go on. */
  hold(at: number | null): void {
    this.#held = at;
  }

  /** The time that is looked at, epoch seconds: server time now, unless it is held. */
  seconds(): number {
    return this.#held ?? this.live();
  }

  /** Server time now, epoch seconds, whatever is looked at. */
  live(): number {
    return this.serverTime(this.#local());
  }

  /** What time it was for the server, epoch seconds, at this computer's time in milliseconds. */
  serverTime(local: number): number {
    return (local + this.#offset) / 1000;
  }
}
