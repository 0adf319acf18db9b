/** What is wrong with a rule, in words of the page: by the server's code, else in the server's own words. */
import { t } from '@lingui/core/macro';
import { i18n } from '#words/i18n';
import { FORMS } from './conditions';
import type { Condition, Slot, Trouble } from './model';
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

export function wrongOf(
  troubles: readonly Trouble[],
  { type }: Pick<Condition, 'type'>,
): readonly Wrong[] {
  // What is said of the condition as a whole is about its limit, where it has one.
  const whole = FORMS[type].slots.includes('limit') ? 'limit' : 'what';
  return troubles.map(({ code, words, field }) => ({
    slot: field === 'condition' ? whole : slotOf(field ?? ''),
    // In English the server's sentence is the best there is: it names what it is about.
    words: i18n.locale === 'en' ? words : (codeWords()[code] ?? words),
  }));
}

/** Why a rule of the list cannot fire just now, by the server's code. */
export function troubleText(code: string): string {
  return codeWords()[code] ?? t`Something is wrong with this rule: ${code}.`;
}

const codeWords = (): Readonly<Record<string, string | undefined>> => ({
  missing: t`Something is missing here.`,
  not_taken: t`This does not belong to what is to happen.`,
  bad_time: t`This is no time of day.`,
  bad_topic: t`This is no topic.`,
  bad_field: t`This is no field of a message.`,
  bad_country: t`The public holidays of this country are not known.`,
  bad_zone: t`There is no such time zone.`,
  contradiction: t`These two cannot both be so: it would never tell anything.`,
  range: t`This is too much, or too little.`,
  wrong_kind: t`This cannot happen to what the rule is about.`,
  gone_region: goneText('place'),
  gone_thing: goneText('who'),
  gone_account: t`Somebody who is to be told has no account any more. Choose who is told anew.`,
  hidden_from: t`Somebody who is to be told may not see what it is about: they are not told of it.`,
  too_many: t`These are too many for one rule.`,
  twice: t`Somebody is told twice.`,
  never: t`It would never be looked at: choose other hours, or another place.`,
});
