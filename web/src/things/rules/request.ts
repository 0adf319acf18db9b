/** What somebody asked to be told about, before the page of rules is there to take it up. */
import { signal } from '@preact/signals';

export interface Wanted {
  /** In the words of grants: `friend/jane`. */
  readonly about: readonly string[];
  /** The id of a region. */
  readonly region?: string;
}

export const wanted = signal<Wanted | null>(null);
