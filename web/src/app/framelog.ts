/**
 * The last frames in both directions, for the console. Bounded by number and by size, so that a
 * busy day cannot fill the memory of the page.
 */

export interface LoggedFrame {
  readonly n: number;
  /** Local wall clock, epoch milliseconds. */
  readonly at: number;
  readonly direction: 'in' | 'out';
  /** What `t` or `do` said, or why it could not be read. */
  readonly label: string;
  /** Size in characters; equal to bytes for plain ASCII, which nearly all frames are. */
  readonly size: number;
  readonly text: string;
}

export class FrameLog {
  readonly #frames: LoggedFrame[] = [];
  readonly #most: number;
  readonly #mostCharacters: number;
  #characters = 0;
  #n = 0;
  readonly #listeners = new Set<() => void>();

  constructor(most = 500, mostCharacters = 4_000_000) {
    this.#most = most;
    this.#mostCharacters = mostCharacters;
  }

  /** Oldest first. The array is the log's own: read it, do not keep it. */
  get frames(): readonly LoggedFrame[] {
    return this.#frames;
  }

  /** How many frames there ever were. */
  get count(): number {
    return this.#n;
  }

  add(direction: LoggedFrame['direction'], label: string, text: string, at: number): void {
    this.#n += 1;
    this.#frames.push({ n: this.#n, at, direction, label, size: text.length, text });
    this.#characters += text.length;
    while (
      this.#frames.length > this.#most ||
      (this.#characters > this.#mostCharacters && this.#frames.length > 1)
    ) {
      this.#characters -= this.#frames.shift()?.size ?? 0;
    }
    for (const listener of this.#listeners) listener();
  }

  clear(): void {
    this.#frames.length = 0;
    this.#characters = 0;
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}
