/** A month as a calendar shows it, by the calendar of the one who looks; and which days have data. */
import { dayNamed, weekdayOf } from './day';
import type { Day } from './day';

/** `2026-11`. */
export function monthOf(day: Day): string {
  return day.name.slice(0, 7);
}

export function monthBeside(month: string, step: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + step, 1)).toISOString().slice(0, 7);
}

/** The weeks of a month, each from Monday to Sunday; null where a day is of another month. */
export function weeksOf(month: string): (Day | null)[][] {
  const days: (Day | null)[] = [];
  for (let number = 1; number <= 31; number += 1) {
    const day = dayNamed(`${month}-${String(number).padStart(2, '0')}`);
    if (day) days.push(day);
  }
  const first = days[0];
  if (!first) return [];
  const lead = weekdayOf(first);
  const cells = [...Array.from({ length: lead }, () => null), ...days];
  while (cells.length % 7 !== 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

/** The day so many days on; by the calendar, whatever the clocks do. */
export function daysOn(day: Day, step: number): Day {
  const [year = 0, month = 1, date = 1] = day.name.split('-').map(Number);
  return (
    dayNamed(new Date(Date.UTC(year, month - 1, date + step)).toISOString().slice(0, 10)) ?? day
  );
}
