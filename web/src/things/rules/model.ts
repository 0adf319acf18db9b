/**
 * A rule as the page knows it: who or what it looks at, what must happen, when, who is told, and how
 * often. The words are the server's (`kinds/rules/model.py`).
 */
import type { Key } from '../../net/protocol';

export type ConditionType =
  | 'arrives'
  | 'leaves'
  | 'absent'
  | 'stays'
  | 'near'
  | 'battery'
  | 'silent'
  | 'speed'
  | 'fallen'
  | 'latency'
  | 'alarm'
  | 'disconnected'
  | 'flapping'
  | 'number';

export interface Condition {
  readonly type: ConditionType;
  readonly region?: string;
  readonly other?: string;
  readonly by?: string;
  readonly seconds?: number;
  readonly metres?: number;
  readonly above?: number;
  readonly below?: number;
  readonly changed?: boolean;
  readonly times?: number;
  readonly topic?: string;
  readonly field?: string;
  readonly margin?: number;
}

export type Holidays = 'also' | 'not' | 'only';

export interface Hours {
  /** Days of the week, 0 is Monday; absent: each day. */
  readonly days?: readonly number[];
  readonly begin?: string;
  readonly end?: string;
  readonly holidays: Holidays;
  readonly country?: string;
  readonly zone?: string;
}

export interface Recipient {
  readonly account: string;
  readonly after: number;
}

/** What of a rule its owner decides. */
export interface Wishes {
  readonly name: string;
  readonly about: readonly string[];
  readonly condition: Condition;
  readonly hours: Hours;
  readonly tell: readonly Recipient[];
  readonly urgent: boolean;
  readonly every: number;
  readonly again?: number;
  readonly enabled: boolean;
}

/** A rule that is made or changed. */
export interface Draft extends Wishes {
  /** The rule that is changed; null while it is a new one. */
  readonly edited: { readonly key: Key; readonly version: number } | null;
}

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
  | 'topic'
  | 'when'
  | 'whom'
  | 'often';
