/** The parts of a rule's sentence in words: who, when, how long, whom. Pure but for the page's customs. */
import { t } from '@lingui/core/macro';
import { customs } from '../../ui/customs';
import { grouped, inOneLine, length, measured, speed } from '../../ui/numbers';
import { shortClockText, spanText, weekdayTexts } from '../../ui/times';
import { kindIn } from './conditions';
import type { Threshold } from './conditions';
import type { Hours } from './model';

/** What things, regions and accounts are called. */
export interface Names {
  readonly thing: (key: string) => string;
  readonly region: (id: string) => string;
  readonly account: (name: string) => string;
  /** Who makes the rule. */
  readonly me: string;
}

type ListType = 'conjunction' | 'disjunction';

export function listText(names: readonly string[], type: ListType): string {
  return new Intl.ListFormat(customs.value.locale, { type }).format(names);
}

/** "Jane or Bob", "any friend". */
export function whoText(about: readonly string[], names: Names): string {
  return listText(
    about.map((word) => subjectText(word, names)),
    'disjunction',
  );
}

export function subjectText(word: string, names: Names): string {
  if (word.includes('/')) return names.thing(word);
  switch (kindIn(word)) {
    case 'friend':
      return t`any friend`;
    case 'probot':
      return t`any robot`;
    case 'broker':
      return t`any broker`;
    case 'client':
      return t`any client`;
    default:
      return word;
  }
}

/** "me and Bob". */
export function whomText(accounts: readonly string[], names: Names): string {
  return listText(
    accounts.map((account) =>
      account === names.me ? t({ message: 'me', context: 'tell me' }) : names.account(account),
    ),
    'conjunction',
  );
}

/** `08:30` as people write it. */
export function wallText(clock: string): string {
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  return shortClockText(hour * 3600 + minute * 60, { ...customs.value, zone: 'UTC' });
}

const WEEKDAYS = [0, 1, 2, 3, 4] as const;
const WEEKEND = [5, 6] as const;

export const isSame = (one: readonly number[] | undefined, other: readonly number[]) =>
  one !== undefined && [...one].sort().join() === [...other].sort().join();

export const isWeekdays = (days: Hours['days']) => isSame(days, WEEKDAYS);

/** "on school days between 7:30 and 9:00". */
export function whenText(hours: Hours): string {
  const { zone } = hours;
  const text = whenHere(hours);
  return zone === undefined ? text : t`${text} (${zone})`;
}

function whenHere({ days, begin, end, holidays }: Hours): string {
  const day = dayText(days, holidays);
  if (begin === undefined && end === undefined) return day ?? t`at any time`;
  const [from, to] = [wallText(begin ?? '00:00'), wallText(end ?? '00:00')];
  if (day === null) {
    if (end === undefined) return t`after ${from}`;
    return begin === undefined ? t`before ${to}` : t`between ${from} and ${to}`;
  }
  if (end === undefined) return t`${day} after ${from}`;
  return begin === undefined ? t`${day} before ${to}` : t`${day} between ${from} and ${to}`;
}

function dayText(days: Hours['days'], holidays: Hours['holidays']): string | null {
  const all = days === undefined || new Set(days).size === 7;
  if (holidays === 'only') return t`on public holidays`;
  if (holidays === 'not' && isWeekdays(days)) return t`on school days`;
  if (all) return holidays === 'not' ? t`on any day but public holidays` : null;
  const text = isWeekdays(days)
    ? t`on weekdays`
    : isSame(days, WEEKEND)
      ? t`at weekends`
      : onDays(days);
  return holidays === 'not' ? t`${text} (not on public holidays)` : text;
}

function onDays(days: readonly number[]): string {
  const words = weekdayTexts();
  const named = [...days].sort().map((day) => words[day]?.short ?? '');
  const list = listText(named, 'conjunction');
  return t`on ${list}`;
}

/** A threshold with its unit: "20 %", "200 m", "2 h". */
export function limitText(value: number, is: Threshold['is']): string {
  switch (is) {
    case 'time':
      return spanText(value);
    case 'way':
      return inOneLine(length(value, customs.value.units));
    case 'percent':
      return inOneLine(measured(value, 'percent'));
    case 'speed':
      return inOneLine(speed(value, customs.value.units));
    case 'degrees':
      return `${grouped(value)}°`;
    case 'milliseconds':
      return inOneLine(measured(value, 'millisecond'));
    default:
      return grouped(value);
  }
}
