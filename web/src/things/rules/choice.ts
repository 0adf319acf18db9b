/** What every choice for a part of the sentence is given. */
import type { Draft } from './model';

export interface ChoiceProps {
  readonly draft: Draft;
  change(draft: Draft): void;
}
