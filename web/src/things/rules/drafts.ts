/**
 * The rule that is being made, kept while one looks elsewhere: at a moment on the map, and back. It is
 * one visitor's, and gone when another comes.
 */
import { signal } from '@preact/signals';
import type { Visitor } from '../../app/visitor';
import { sameWishes } from './draft';
import type { Draft, Slot } from './model';
import type { Verdict } from './texts';

export interface Making {
  readonly draft: Draft;
  /** As it was when it was begun. */
  readonly begun: Draft;
  /** The part that is open. */
  readonly open: Slot | null;
  /** It is shown as text; without `typed` the text is still to be written. */
  readonly text?: { readonly typed?: string; readonly verdict: Verdict } | undefined;
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

  /** Show it as text, or as a sentence again: what was typed and is no rule is forgotten then. */
  asText(on: boolean): void {
    const { making } = this;
    if (!making) return;
    this.#keep({ ...making, open: null, text: on ? { verdict: { is: 'right' } } : undefined });
  }

  /** This was typed, and the rule stays as it was. */
  typed(typed: string, verdict: Verdict): void {
    const { making } = this;
    if (making?.text) this.#keep({ ...making, text: { typed, verdict } });
  }

  /** What was typed says this rule. */
  said(typed: string, draft: Draft): void {
    const { making } = this;
    if (making?.text) this.#keep({ ...making, draft, text: { typed, verdict: { is: 'right' } } });
  }

  open(slot: Slot | null): void {
    const { making } = this;
    if (making) this.#keep({ ...making, open: slot, text: undefined });
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
