/**
 * A day on the time bar, by the calendar and the clock of whoever looks. Times are epoch seconds; a
 * day has 23, 24 or 25 hours. No clock and no DOM here.
 */

export interface Day {
  /** Its first second, and the first of the next. */
  readonly start: number;
  readonly end: number;
  /** `2026-11-18`, as a date field has it. */
  readonly name: string;
}

/** The day in which `at` lies. */
export function dayOf(at: number): Day {
  const date = new Date(at * 1000);
  return make(date.getFullYear(), date.getMonth(), date.getDate());
}

/** The day `2026-11-18`; null for what is no day. */
export function dayNamed(name: string): Day | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(name);
  if (!parts) return null;
  const day = make(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
  return day.name === name ? day : null;
}

/** The day after (or before). */
export function beside(day: Day, step: 1 | -1): Day {
  return dayOf(step > 0 ? day.end : day.start - 1);
}

/** The same time by the clock on another day; where the clocks leave it out, the one after. */
export function sameClock(day: Day, at: number): number {
  const clock = new Date(at * 1000);
  const date = new Date(day.start * 1000);
  date.setHours(clock.getHours(), clock.getMinutes(), clock.getSeconds());
  return Math.min(day.end - 1, date.getTime() / 1000);
}

/** The time `14:32` or `14:32:08` of a day; null for what is no time. */
export function clockOn(day: Day, text: string): number | null {
  const parts = /^(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (!parts) return null;
  const [hours, minutes, seconds] = [parts[1], parts[2], parts[3] ?? '0'].map(Number);
  if (hours === undefined || minutes === undefined || hours > 23 || minutes > 59) return null;
  const date = new Date(day.start * 1000);
  date.setHours(hours, minutes, seconds);
  return date.getTime() / 1000;
}

function make(year: number, month: number, date: number): Day {
  const start = new Date(year, month, date);
  const pad = (value: number) => String(value).padStart(2, '0');
  return {
    start: start.getTime() / 1000,
    end: new Date(start.getFullYear(), start.getMonth(), start.getDate() + 1).getTime() / 1000,
    name: `${String(start.getFullYear())}-${pad(start.getMonth() + 1)}-${pad(start.getDate())}`,
  };
}
