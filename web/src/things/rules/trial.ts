/** What a rule would have told: one time of it, and the whole answer. As the server tells it. */

/** Once that it would have told. */
export interface Would {
  readonly at: number;
  readonly thing: string;
  readonly value?: number;
  readonly place?: string;
  readonly lat?: number;
  readonly lon?: number;
  readonly resolved?: number;
  readonly late?: number;
}

/** What the server has against a rule: a word for programs, a sentence, and the field it is about. */
export interface Trouble {
  readonly code: string;
  readonly words: string;
  readonly field?: string;
}

export interface Trial {
  readonly would: readonly Would[];
  /** How often in all; `would` may be only the newest of them. */
  readonly count: number;
  /** How many messages were looked at. */
  readonly looked_at: number;
  readonly from: number;
  readonly to: number;
  /** How many more the hours of the rule left out. */
  readonly quiet: number;
  readonly trouble: readonly Trouble[];
}
