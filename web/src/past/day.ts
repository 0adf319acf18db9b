/**
 * A day on the time bar, by the calendar and the clock of the zone that is shown. Times are epoch seconds; a
 * day has 23, 24 or 25 hours. No clock and no DOM here.
 */
import { dayName } from '../ui/times';
import { atWall, wallOf } from '../ui/zone';
import type { Wall } from '../ui/zone';

export interface Day {
  /** Its first second, and the first of the next. */
  readonly start: number;
  readonly end: number;
  /** `2026-11-18`, as a date field has it. */
  readonly name: string;
}

/** The day in which `at` lies. */
export function dayOf(at: number): Day {
  return make(wallOf(at));
}

/** The day `2026-11-18`; null for what is no day. */
export function dayNamed(name: string): Day | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(name);
  if (!parts) return null;
  const [year = 0, month = 1, date = 1] = parts.slice(1).map(Number);
  const day = make({ ...MIDNIGHT, year, month, day: date });
  return day.name === name ? day : null;
}

/** The day after (or before). */
export function beside(day: Day, step: 1 | -1): Day {
  return dayOf(step > 0 ? day.end : day.start - 1);
}

/** The same time by the clock on another day; where the clocks leave it out, the one after. */
export function sameClock(day: Day, at: number): number {
  const { hour, minute, second } = wallOf(at);
  return Math.min(day.end - 1, atWall({ ...wallOf(day.start), hour, minute, second }));
}

/** The time `14:32` or `14:32:08` of a day; null for what is no time. */
export function clockOn(day: Day, text: string): number | null {
  const parts = /^(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (!parts) return null;
  const [hours, minutes, seconds] = [parts[1], parts[2], parts[3] ?? '0'].map(Number);
  if (hours === undefined || minutes === undefined || hours > 23 || minutes > 59) return null;
  return clockAt(day, hours, minutes, seconds ?? 0);
}

/** The time of a day by the clock on the wall; where the clocks leave it out, as much later. */
export function clockAt(day: Day, hour: number, minute: number, second: number): number {
  return atWall({ ...wallOf(day.start), hour, minute, second });
}

/** The weekday of a day, from 0 for Monday. */
export function weekdayOf({ name }: Day): number {
  return (new Date(`${name}T12:00:00Z`).getUTCDay() + 6) % 7;
}

const MIDNIGHT = { hour: 0, minute: 0, second: 0 };

function make(wall: Wall): Day {
  const start = atWall({ ...wall, ...MIDNIGHT });
  return {
    start,
    end: atWall({ ...wall, ...MIDNIGHT, day: wall.day + 1 }),
    name: dayName(wallOf(start)),
  };
}
