/** What is wrong with a rule, in words of the page: by the server's code, else in the server's own words. */
import { t } from '@lingui/core/macro';
import type { Slot, Trouble } from './model';
import { slotOf } from './draft';

/** What a rule names and is there no more, and how to mend it. */
export function goneText(slot: 'who' | 'place' | 'other'): string {
  switch (slot) {
    case 'who':
      return t`It names somebody or something that is not there any more. Choose who it is about anew, or remove it.`;
    case 'place':
      return t`Its place is not there any more. Choose another place, or remove the rule.`;
    case 'other':
      return t`It names somebody else who is not there any more. Choose anew near whom, or remove it.`;
  }
}

export function missingText(slot: Slot): string {
  switch (slot) {
    case 'who':
      return t`Choose who or what it is about.`;
    case 'place':
      return t`Choose a place.`;
    case 'other':
      return t`Choose near whom.`;
    case 'topic':
      return t`Choose a number of a topic.`;
    case 'whom':
      return t`Choose who is told.`;
    case 'limit':
      return t`Choose a limit.`;
    default:
      return t`Something is to be chosen still.`;
  }
}

/** The parts that are wrong, and what is said of each. */
export interface Wrong {
  readonly slot: Slot;
  readonly words: string;
}

export function wrongOf(troubles: readonly Trouble[]): readonly Wrong[] {
  return troubles.map(({ words, field }) => ({ slot: slotOf(field ?? ''), words }));
}

/** Why a rule cannot fire just now, by the server's code. */
export function troubleText(code: string): string {
  return troubles()[code] ?? t`Something is wrong with this rule: ${code}.`;
}

const troubles = (): Readonly<Record<string, string | undefined>> => ({});
