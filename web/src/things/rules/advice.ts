/** What a trial means for a rule, in a sentence, and what to do when it tells never or too often. */
import { plural, t } from '@lingui/core/macro';
import { grouped } from '../../ui/numbers';
import type { Condition, ConditionType, Wishes } from './model';
import type { Trial } from './model';

export interface Advice {
  readonly is: 'fine' | 'never' | 'often' | 'nothing' | 'wrong';
  readonly text: string;
  /** What could be changed. */
  readonly tip?: string;
}

/** More than so many a day are too many. */
export const MOST_A_DAY = 5;
const DAY = 86_400;

export function adviceOf(trial: Trial, rule: Wishes): Advice {
  const { count, looked_at: looked, from, to } = trial;
  const days = Math.max(1, Math.round((to - from) / DAY));
  const span = plural(days, { one: 'In the last day', other: 'In the last # days' });
  if (trial.trouble.length > 0 && looked === 0) {
    return { is: 'wrong', text: t`It cannot be tried like this: see what is said in red.` };
  }
  if (rule.condition.type === 'number') {
    return {
      is: 'nothing',
      text: t`Topics have no past here; watched from now on.`,
      tip: t`What this rule would have told cannot be said. Look at the number as it is now, and switch the rule on.`,
    };
  }
  if (looked === 0) {
    return {
      is: 'nothing',
      text: t`Nothing is remembered of them that this rule could be tried on.`,
      tip: t`You can switch it on all the same: it looks at what comes from now on.`,
    };
  }
  if (count === 0) {
    return {
      is: 'never',
      text: t`${span} this would never have told you.`,
      tip: rarer(rule, trial),
    };
  }
  const times = plural(count, { one: 'once', other: '# times' });
  const text = t`${span} this would have told you ${times}.`;
  const daily = count / days;
  if (daily <= MOST_A_DAY) return { is: 'fine', text };
  const rate = grouped(daily < 10 ? Math.round(daily * 10) / 10 : Math.round(daily));
  const tip = t`Too often: ${rate} a day.`;
  return { is: 'often', text, tip: `${tip} ${calmer(rule)}` };
}

/** Why it may never have told. */
function rarer({ condition, hours }: Wishes, { quiet }: Trial): string {
  if (quiet > 0) {
    return plural(quiet, {
      one: 'It happened once, outside of its hours: choose other hours, or none.',
      other: 'It happened # times, outside of its hours: choose other hours, or none.',
    });
  }
  const limited = hours.begin !== undefined || hours.end !== undefined || hours.days !== undefined;
  return nearer()[condition.type] ?? (limited ? t`Perhaps its hours are too narrow.` : fine());
}

const fine = () => t`That may be just right for what should never happen.`;

const nearer = (): Partial<Record<ConditionType, string>> => ({
  arrives: t`Perhaps the place is too small, or nobody goes there: look at it on the map.`,
  leaves: t`Perhaps the place is too small, or nobody was there: look at it on the map.`,
  stays: t`Try a shorter time.`,
  near: t`Try a greater distance.`,
  battery: t`Try a higher limit.`,
  speed: t`Try a lower speed.`,
  latency: t`Try a shorter answer time.`,
  flapping: t`Try fewer times, or a longer time.`,
});

/** How it would tell less often. */
function calmer({ condition, every }: Wishes): string {
  const way = longer(condition);
  if (way !== null) return way;
  return every > 0 ? t`Try narrower hours.` : t`Let it tell at most once in an hour.`;
}

function longer({ type, seconds }: Condition): string | null {
  switch (type) {
    case 'stays':
    case 'flapping':
      return t`Try a longer time.`;
    case 'silent':
      return seconds === undefined ? t`Try a time of your own.` : t`Try a longer time.`;
    case 'near':
      return t`Try a shorter distance.`;
    case 'battery':
      return t`Try a lower limit.`;
    case 'speed':
      return t`Try a higher speed.`;
    case 'latency':
    case 'disconnected':
      return t`Let it last longer before you are told.`;
    default:
      return null;
  }
}

/** How many more its hours left out; empty for none. */
export function quietText({ quiet, count }: Trial): string {
  if (quiet === 0 || count === 0) return '';
  return plural(quiet, {
    one: 'It happened once more outside of its hours; that is not counted.',
    other: 'It happened # more times outside of its hours; those are not counted.',
  });
}
