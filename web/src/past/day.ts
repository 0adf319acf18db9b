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

/** Where in the day a time is, from 0 to 1; outside of it when the time is. */
export function shareOf(day: Day, at: number): number {
  return (at - day.start) / (day.end - day.start);
}

/** The time at a share of the day, in whole seconds. */
export function timeAt(day: Day, share: number): number {
  const within = Math.min(1, Math.max(0, share));
  return Math.round(day.start + within * (day.end - day.start));
}

/** The full hours `every` hours apart, from midnight on, as times and their names. */
export function hoursOf(day: Day, every: number): { readonly at: number; readonly text: string }[] {
  const hours = [];
  for (let hour = 0; hour < 24; hour += every) {
    const date = new Date(day.start * 1000);
    date.setHours(hour);
    hours.push({ at: date.getTime() / 1000, text: `${String(hour).padStart(2, '0')}:00` });
  }
  return hours;
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
