/** A text of rules while it is typed: what is wrong in it, in words and in letters of the field. Pure. */
import { t } from '@lingui/core/macro';
import type { TextError } from '../../generated';
import type { Draft, Wishes } from './model';

/** What the server said of a text: still asked, right, or wrong at these places. */
export type Verdict =
  | { readonly is: 'reading' | 'right' }
  | { readonly is: 'wrong'; readonly errors: readonly TextError[] };

export function errorText({ line, column, expected }: TextError): string {
  return t`Line ${line}, letter ${column}: expected ${expected}`;
}

/** Where an error is in the field: the server counts characters, the field counts halves of some. */
export function placeIn(text: string, { at }: Pick<TextError, 'at'>): number {
  return [...text].slice(0, at).join('').length;
}

/** The end of the word that begins there; of none the place itself. */
export function wordEnd(text: string, from: number): number {
  const rest = /^[^\s,]+/.exec(text.slice(from));
  return from + (rest?.[0].length ?? 0);
}

/** The rule that is made, with what its text says: whose it is and which version stays. */
export function withText(draft: Draft, wishes: Wishes): Draft {
  return { ...wishes, edited: draft.edited };
}
