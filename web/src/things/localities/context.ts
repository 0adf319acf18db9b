/** Where things are in words, and the places that a search finds. */
import type { ReadonlySignal } from '@preact/signals';
import { part } from '../../ui/part';
import type { Found } from './matches';
import type { Words } from './words';

export interface Localities {
  readonly words: Words;
  /** What the search of the list finds among places. */
  readonly found: ReadonlySignal<readonly Found[]>;
}

export const [LocalitiesProvider, useLocalities] = part<Localities>('the localities');
