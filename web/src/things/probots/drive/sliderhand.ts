/** The hand on a slider: a finger, a key, or none that can be seen. */

export class SliderHand {
  #state: 'none' | 'on' | 'dropped' = 'none';
  /** Ends the wait for the finger to go up. */
  #finger: AbortController | null = null;
  readonly #home: () => void;
  readonly #where: EventTarget;

  /** `home` puts the slider back to the middle; `where` hears of all fingers. */
  constructor(home: () => void, where: EventTarget = window) {
    this.#home = home;
    this.#where = where;
  }

  get state(): 'none' | 'on' | 'dropped' {
    return this.#state;
  }

  /** A key that moves the slider is down. */
  on(): void {
    if (this.#state === 'none') this.#state = 'on';
  }

  /** A finger came: it is on until it goes up, wherever. Others may press STOP meanwhile. */
  touched(pointer: number): void {
    this.on();
    this.#finger?.abort();
    this.#finger = new AbortController();
    const { signal } = this.#finger;
    const up = (event: Event) => {
      if ((event as PointerEvent).pointerId === pointer) this.off();
    };
    this.#where.addEventListener('pointerup', up, { signal });
    this.#where.addEventListener('pointercancel', up, { signal });
  }

  /** It was taken away. */
  off(): void {
    this.#finger?.abort();
    this.#finger = null;
    this.#state = 'none';
    this.#home();
  }

  /** What it does counts no more until it was taken away: somebody stopped. */
  drop(): void {
    if (this.#state === 'on') this.#state = 'dropped';
    this.#home();
  }

  /** Something else has the focus, STOP perhaps: a key is not heard any more, a finger is. */
  blurred(): void {
    if (this.#finger === null) this.off();
    else this.drop();
  }
}
