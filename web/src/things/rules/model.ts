/** A rule as the page knows it: who or what it looks at, what must happen, when, who is told, how often. */
import type {
  Condition as ConditionState,
  Hours as HoursState,
  Recipient as RecipientState,
  RuleFields,
  RuleTried,
  RuleTrouble,
  WouldTell,
} from '../../generated';
import type { Key } from '../../net/protocol';
import type { Read } from '../../net/shape';

export type Condition = Read<ConditionState>;
export type ConditionType = Condition['type'];
export type Hours = Read<HoursState>;
export type Day = 0 | 1 | 2 | 3 | 4 | 5 | 6;
export type Recipient = Read<RecipientState>;

/** What of a rule its owner decides. */
export type Wishes = Omit<Read<RuleFields>, 'thing' | 'version'>;

/** A rule that is made or changed. */
export interface Draft extends Wishes {
  /** The rule that is changed; null while it is a new one. */
  readonly edited: { readonly key: Key; readonly version: number } | null;
}

/** What a rule would have told: one time of it, and the whole answer. */
export type Would = Read<WouldTell>;
export type Trial = Omit<Read<RuleTried>, 'ok'>;
export type Trouble = Read<RuleTrouble>;

/** A part of the sentence that is a control. */
export type Slot =
  | 'who'
  | 'what'
  | 'place'
  | 'other'
  | 'by'
  | 'long'
  | 'far'
  | 'limit'
  | 'times'
  | 'margin'
  | 'topic'
  | 'when'
  | 'whom'
  | 'often';
