/** The words by which the page says how sure it is of what it shows, and what each means. */
import { t } from '@lingui/core/macro';

export type Term = 'live' | 'stale' | 'offline' | 'queued' | 'doubtful' | 'broker' | 'past';

export interface Meaning {
  readonly word: string;
  readonly means: string;
}

/** In the order in which the help lists them. */
export const TERMS: readonly Term[] = [
  'live',
  'stale',
  'offline',
  'queued',
  'doubtful',
  'past',
  'broker',
];

export function meaningOf(term: Term): Meaning {
  switch (term) {
    case 'live':
      return {
        word: t`live`,
        means: t`Heard lately, as often as it usually reports. What you see is how things are now.`,
      };
    case 'stale':
      return {
        word: t`stale`,
        means: t`Not heard for longer than usual. Shown is where it was last, and it may have moved on: the phone may be without a network, out of battery, or asleep.`,
      };
    case 'offline':
      return {
        word: t`offline`,
        means: t`It said goodbye, or its connection broke, or nothing was heard for a long time. Shown is where it was last.`,
      };
    case 'queued':
      return {
        word: t`queued`,
        means: t`Measured earlier and sent later: the phone had no network and kept the position until it had one. The time shown is when it was there.`,
      };
    case 'doubtful':
      return {
        word: t`doubtful`,
        means: t`A position that cannot be right, such as a leap faster than any car or one that is off by kilometres. It is kept, but not believed: the map stays with the last good one.`,
      };
    case 'past':
      return {
        word: t`past`,
        means: t`You look at an earlier time: everything shown is as it was then. “Back to live” returns to now.`,
      };
    case 'broker':
      return {
        word: t`broker`,
        means: t`The post office between phones, robots and this server. While it cannot be reached nothing new arrives, although the page itself still works.`,
      };
  }
}
