/** The days of a trial in a row, each with what would have been told. Pure but for the shown zone. */
import { startOfDay } from '../../ui/times';
import { wallOf } from '../../ui/zone';
import type { Trial, Would } from './model';

export interface StripDay {
  /** Its first second. */
  readonly start: number;
  readonly end: number;
  readonly would: readonly Would[];
  readonly isWeekend: boolean;
  /** How high its mark is, 0 to 1. */
  readonly share: number;
}

/** So many in a day fill the strip, unless there was a day with more. */
const FULL = 4;
/** A day is never longer than so many seconds: the clocks go back an hour. */
const LONGEST_DAY = 25.5 * 3600;

export function stripOf({ from, to, would }: Pick<Trial, 'from' | 'to' | 'would'>): StripDay[] {
  const days: { start: number; end: number; would: Would[] }[] = [];
  for (let start = startOfDay(from); start < to;) {
    const end = startOfDay(start + LONGEST_DAY);
    days.push({ start, end, would: [] });
    start = end;
  }
  for (const each of would) {
    days.find(({ start, end }) => each.at >= start && each.at < end)?.would.push(each);
  }
  const most = Math.max(FULL, ...days.map((day) => day.would.length));
  return days.map((day) => ({
    ...day,
    isWeekend: isWeekend(day.start),
    share: day.would.length / most,
  }));
}

function isWeekend(start: number): boolean {
  const { year, month, day } = wallOf(start + 12 * 3600);
  return [0, 6].includes(new Date(Date.UTC(year, month - 1, day)).getUTCDay());
}
