/**
 * Trying a rule while it is changed: asked some time after the last change, and an older answer never
 * takes the place of a newer one. While an answer is awaited the last one stays, and is said to be stale.
 */
import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { failureOf } from '../../ui/failure';
import type { Failure } from '../../ui/failure';
import { missingIn, wishesOf } from './draft';
import type { Draft, Wishes } from './model';
import type { Trial } from './model';

/** Milliseconds of rest after a change. A finger on a slider changes it at each frame. */
export const REST = 250;

export interface TrialState {
  /** `missing`: there is something to choose before it can be tried. */
  readonly is: 'missing' | 'waiting' | 'known' | 'failed';
  /** The newest answer, and the rule that it is about. */
  readonly trial?: Trial;
  readonly of?: Wishes;
  readonly failure?: Failure;
}

/** The server's answer for a rule; the signal says that nobody waits for it any more. */
export type TryOut = (rule: Wishes, gone: AbortSignal) => Promise<Trial>;

export class Trials {
  readonly state: ReadonlySignal<TrialState>;
  readonly #state = signal<TrialState>({ is: 'missing' });
  readonly #tryOut: TryOut;
  readonly #rest: number;
  #asked = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #current: AbortController | undefined;

  constructor(tryOut: TryOut, rest = REST) {
    this.#tryOut = tryOut;
    this.#rest = rest;
    this.state = this.#state;
  }

  /** This is the rule now. */
  about(draft: Draft): void {
    // Neither its name nor whether it is on makes a difference to what it tells.
    const asked = JSON.stringify({ ...wishesOf(draft), name: '', enabled: true });
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#drop();
    if (missingIn(draft).some((slot) => slot !== 'whom')) {
      this.#state.value = { is: 'missing' };
      return;
    }
    const { trial, of } = this.#state.value;
    this.#state.value = { is: 'waiting', ...(trial && { trial }), ...(of && { of }) };
    this.#timer = setTimeout(() => void this.#ask(wishesOf(draft)), this.#rest);
  }

  /** Ask once more, at once. */
  again(draft: Draft): void {
    this.#asked = '';
    this.about(draft);
  }

  end(): void {
    this.#drop();
    this.#asked = '';
  }

  async #ask(rule: Wishes): Promise<void> {
    const mine = new AbortController();
    this.#current = mine;
    try {
      const trial = await this.#tryOut(rule, mine.signal);
      if (mine.signal.aborted) return;
      this.#state.value = { is: 'known', trial, of: rule };
    } catch (error) {
      if (mine.signal.aborted) return;
      const { trial, of } = this.#state.value;
      const failure = failureOf(error, Date.now());
      const failed = failure.code === 'wait' ? 'waiting' : 'failed';
      this.#state.value = { is: failed, failure, ...(trial && { trial }), ...(of && { of }) };
      // Changed faster than the server likes to try: the newest is tried when it may be.
      if (failed === 'waiting') {
        this.#timer = setTimeout(
          () => void this.#ask(rule),
          Math.max(REST, failure.until - Date.now()),
        );
      }
    }
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#current?.abort();
    this.#current = undefined;
  }
}
