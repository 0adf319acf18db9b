/**
 * The rule that is being made, kept while one looks elsewhere: at a moment on the map, and back. It is
 * one visitor's, and gone when another comes.
 */
import { signal } from '@preact/signals';
import type { Visitor } from '../../app/visitor';
import { sameWishes } from './draft';
import type { Draft, Slot } from './model';

export interface Making {
  readonly draft: Draft;
  /** As it was when it was begun. */
  readonly begun: Draft;
  /** The part that is open. */
  readonly open: Slot | null;
}

const kept = signal<{ readonly whose: string; readonly making: Making } | null>(null);

/** The rule that this visitor is making; null while there is none. */
export class Drafts {
  readonly #whose: string;

  constructor({ way, name }: Pick<Visitor, 'way' | 'name'>) {
    this.#whose = `${way} ${name}`;
    if (kept.peek()?.whose !== this.#whose) kept.value = null;
  }

  get making(): Making | null {
    const now = kept.value;
    return now?.whose === this.#whose ? now.making : null;
  }

  begin(draft: Draft, open: Slot | null): void {
    kept.value = { whose: this.#whose, making: { draft, begun: draft, open } };
  }

  change(draft: Draft): void {
    const { making } = this;
    if (making) this.#keep({ ...making, draft });
  }

  open(slot: Slot | null): void {
    const { making } = this;
    if (making) this.#keep({ ...making, open: slot });
  }

  /** Whether something would be lost. */
  get changed(): boolean {
    const { making } = this;
    return making !== null && !sameWishes(making.draft, making.begun);
  }

  end(): void {
    kept.value = null;
  }

  #keep(making: Making): void {
    kept.value = { whose: this.#whose, making };
  }
}
