/**
 * The stretch of a day that the bar shows: all of it, or a piece down to ten minutes. Epoch seconds.
 * No clock and no DOM here.
 */
import { shortClockText } from '../ui/times';
import { clockAt } from './day';
import type { Day } from './day';

export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** The shortest stretch, seconds. */
export const SHORTEST = 600;
const HOUR = 3600;
/** The steps of the buttons and keys; the first one stands for the whole day. */
const STEPS = [86_400, 6 * HOUR, HOUR, SHORTEST] as const;

export function lengthOf({ start, end }: Stretch): number {
  return end - start;
}

/**
 * The stretch `factor` times as long, with the time `around` staying where it is on the bar; never
 * beyond the day, and never shorter than `SHORTEST`.
 */
export function zoomed(stretch: Stretch, day: Day, factor: number, around: number): Stretch {
  const length = Math.min(day.end - day.start, Math.max(SHORTEST, lengthOf(stretch) * factor));
  const share = Math.min(1, Math.max(0, shareIn(stretch, around)));
  return within(day, around - share * length, length);
}

/** One step nearer (or farther), with `around` in the middle where the day lets it be. */
export function stepped(stretch: Stretch, day: Day, nearer: boolean, around: number): Stretch {
  const now = lengthOf(stretch);
  // A little play, for a pinch that ended almost there.
  const length = nearer
    ? (STEPS.find((step) => step < now * 0.95) ?? SHORTEST)
    : (STEPS.findLast((step) => step > now * 1.05) ?? Infinity);
  if (length >= STEPS[0]) return { start: day.start, end: day.end };
  return within(day, around - length / 2, length);
}

/** The same length, moved so that `at` is in it: it leaves at one end and comes in at the other. */
export function holding(stretch: Stretch, day: Day, at: number): Stretch {
  const length = Math.min(lengthOf(stretch), day.end - day.start);
  if (at >= stretch.start && at < stretch.end && stretch.start >= day.start) {
    return within(day, stretch.start, length);
  }
  const start = at < stretch.start ? at - 0.9 * length : at - 0.1 * length;
  return within(day, start, length);
}

/** Whether this is the whole day, or as good as that. */
export function isWhole(stretch: Stretch, day: Day): boolean {
  return lengthOf(stretch) > 0.99 * (day.end - day.start);
}

/** Where in the stretch a time is, from 0 to 1; outside of it when the time is. */
export function shareIn({ start, end }: Stretch, at: number): number {
  return (at - start) / (end - start);
}

/** The time at a share of the stretch, in whole seconds. */
export function timeIn({ start, end }: Stretch, share: number): number {
  return Math.round(start + Math.min(1, Math.max(0, share)) * (end - start));
}

/** How far an arrow key goes: a minute on the bar of a day, a second on that of ten minutes. */
export function arrowStep(stretch: Stretch): number {
  const length = lengthOf(stretch);
  return length > 8 * HOUR ? 60 : length > 2 * HOUR ? 30 : length > 1200 ? 10 : 1;
}

/** How far Page up and down go: an hour on the bar of a day, else a sixth of what is shown. */
export function pageStep(stretch: Stretch): number {
  const length = lengthOf(stretch);
  return length > 8 * HOUR ? HOUR : Math.max(60, Math.round(length / 6 / 60) * 60);
}

/** Marks of the clock along a stretch, at most seven: `06:00`, or `06:05`. */
export function ticksOf(stretch: Stretch, day: Day): { at: number; text: string }[] {
  const every = [6, 3, 1, 0.5, 0.25, 1 / 6, 1 / 12, 1 / 30, 1 / 60]
    .map((hours) => hours * HOUR)
    .findLast((step) => lengthOf(stretch) / step <= 6.5);
  const marks: { at: number; text: string }[] = [];
  if (every === undefined) return marks;
  // By the clock on the wall, which on some days jumps: so each is asked of the calendar.
  for (let second = 0; second < 86_400; second += every) {
    const at = clockAt(day, 0, 0, second);
    if (at < stretch.start || at >= stretch.end) continue;
    marks.push({ at, text: shortClockText(at) });
  }
  return marks;
}

function within(day: Day, start: number, length: number): Stretch {
  const first = Math.min(Math.max(start, day.start), day.end - length);
  return { start: first, end: first + length };
}
