/**
 * The clock that marks glide by, in seconds. Its zero moves on now and then, because the graphics
 * card counts in floats of 32 bits, and a day in them is coarser than a frame.
 */
export class FrameClock {
  /** The zero, `performance.now()` milliseconds. */
  private epoch = performance.now();
  private frameAt: number | null = null;

  readonly now = (): number => (performance.now() - this.epoch) / 1000;

  /** The moment a frame shows: the same for camera, crowd and portraits, however long it takes. */
  readonly frame = (): number => (this.frameAt ??= this.now());

  /** The moment of the frame that is being made; now, when none is. */
  get shown(): number {
    return this.frameAt ?? this.now();
  }

  beginFrame(): void {
    this.frameAt = this.now();
  }

  endFrame(): void {
    this.frameAt = null;
  }

  /** Move the zero on by so many seconds. */
  rebase(seconds: number): void {
    this.epoch += seconds * 1000;
    this.frameAt = null;
  }
}
