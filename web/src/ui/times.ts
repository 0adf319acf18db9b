/**
 * Times in words: when something was, how old it is, how long it lasted. Epoch seconds and seconds
 * throughout. All dates on the page come from here, so that there is one way of writing them.
 */
import { t } from '@lingui/core/macro';
import { customs, shownZone, timeFormat } from './customs';
import type { Customs } from './customs';
import { atWall, wallOf } from './zone';
import type { Wall } from './zone';
import { fixed } from './numbers';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "4 s", "47 min", "3 h", "12 d". Whole units, rounded down: an age is never shown younger. */
export function ageText(seconds: number): string {
  const age = Math.max(0, Math.floor(seconds));
  if (age < MINUTE) return secondsText(age);
  if (age < HOUR) return minutesText(Math.floor(age / MINUTE));
  if (age < 2 * DAY) return hoursText(Math.floor(age / HOUR));
  return daysText(Math.floor(age / DAY));
}

export function secondsText(seconds: number | string): string {
  return t`${seconds} s`;
}

function minutesText(minutes: number): string {
  return t`${minutes} min`;
}

function hoursText(hours: number): string {
  return t`${hours} h`;
}

function daysText(days: number): string {
  return t`${days} d`;
}

/** Number and unit apart, for large figures. */
export function ageParts(seconds: number): [value: string, unit: string] {
  const [value = '', unit = ''] = ageText(seconds).split(/\s/);
  return [value, unit];
}

/** An age to a tenth of a second while it is small: "0.1 s", "12 s". */
export function fineAgeText(seconds: number): string {
  return seconds < 10 ? secondsText(fixed(Math.max(0, seconds), 1)) : ageText(seconds);
}

/** A length of time in its two greatest units: "12 d 4 h", "3 min 20 s". */
export function spanText(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds));
  const parts: [number, (count: number) => string][] = [
    [Math.floor(left / DAY), daysText],
    [Math.floor((left % DAY) / HOUR), hoursText],
    [Math.floor((left % HOUR) / MINUTE), minutesText],
    [left % MINUTE, secondsText],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return secondsText(0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, words]) => words(count))
    .join(' ');
}

/** The time of day: "14:32:08", "2:32:08 PM". */
export function clockText(at: number, by: Customs = customs.value): string {
  return write(at, { ...hourOf(by), minute: '2-digit', second: '2-digit' }, by);
}

/** The time of day without seconds: "14:32". */
export function shortClockText(at: number, by: Customs = customs.value): string {
  return write(at, { ...hourOf(by), minute: '2-digit' }, by);
}

/** The time of day to the millisecond, for lists in which many things happen in a second. */
export function fineClockText(at: number, by: Customs = customs.value): string {
  const options = { minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 } as const;
  return write(at, { ...hourOf(by), ...options }, by);
}

/** The day of another time than today: "20 Nov", "20 Nov 2025". */
export function dateText(at: number, now: number, by: Customs = customs.value): string {
  const other = wallOf(at, by.zone).year !== wallOf(now, by.zone).year;
  return write(at, { day: 'numeric', month: 'short', ...(other && { year: 'numeric' }) }, by);
}

/** Time of day, with the date when it is not today's: "14:32:08", "20 Nov 14:32". */
export function timeText(at: number, now: number, by: Customs = customs.value): string {
  if (sameDay(at, now, by.zone)) return clockText(at, by);
  return `${dateText(at, now, by)} ${shortClockText(at, by)}`;
}

/** The same without seconds: "14:32", "20 Nov 14:32". */
export function shortTimeText(at: number, now: number, by: Customs = customs.value): string {
  return sameDay(at, now, by.zone) ? shortClockText(at, by) : timeText(at, now, by);
}

/** `Tuesday 17 November 2026, 14:32:08`. */
export function momentText(at: number, by: Customs = customs.value): string {
  return `${longDayText(at, by)}, ${clockText(at, by)}`;
}

/** `Tuesday 17 November 2026`. */
export function longDayText(at: number, by: Customs = customs.value): string {
  return write(at, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }, by);
}

/** `Tue, 17 Nov 2026`. */
export function shortDayText(at: number, by: Customs = customs.value): string {
  return write(at, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }, by);
}

/** `November 2026`. */
export function monthText(at: number, by: Customs = customs.value): string {
  return write(at, { month: 'long', year: 'numeric' }, by);
}

/** The days of the week from Monday on. */
export function weekdayTexts(by: Customs = customs.value): { short: string; long: string }[] {
  const utc = { ...by, zone: 'UTC' };
  return Array.from({ length: 7 }, (_, n) => {
    const at = Date.UTC(2024, 0, 1 + n) / 1000; // a Monday
    return {
      short: write(at, { weekday: 'short' }, utc),
      long: write(at, { weekday: 'long' }, utc),
    };
  });
}

/** A time on an axis, as fine as its steps are, in seconds. */
export function axisText(at: number, step: number, by: Customs = customs.value): string {
  if (step >= DAY) return write(at, { day: 'numeric', month: 'short' }, by);
  return step < MINUTE ? clockText(at, by) : shortClockText(at, by);
}

/** The shown zone at a time, short and whole: "CET", "Central European Standard Time". */
export function zoneText(at: number, by: Customs = customs.value): { short: string; long: string } {
  const name = (timeZoneName: 'short' | 'long') =>
    timeFormat({ timeZoneName }, by)
      .formatToParts(at * 1000)
      .find(({ type }) => type === 'timeZoneName')?.value ?? shownZone();
  return { short: name('short'), long: name('long') };
}

/** Whether two times are on one day. */
export function sameDay(one: number, other: number, zone = customs.value.zone): boolean {
  return dayName(wallOf(one, zone)) === dayName(wallOf(other, zone));
}

/** `2026-11-18`, as a date field has it. */
export function dayName({ year, month, day }: Wall): string {
  return `${digits(year, 4)}-${digits(month)}-${digits(day)}`;
}

/** `2026-11-18T14:32`, as an input of type datetime-local has it; in the shown zone. */
export function toInput(at: number): string {
  const wall = wallOf(at);
  return `${dayName(wall)}T${digits(wall.hour)}:${digits(wall.minute)}`;
}

/** Epoch seconds of such an input; undefined when it is empty or no time. */
export function fromInput(text: string): number | undefined {
  const parts = /^(\d{4,6})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(text);
  if (!parts) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = parts.slice(1).map(Number);
  return atWall({ year, month, day, hour, minute, second: 0 });
}

/** `14:32:08`, as an input of type time has it; in the shown zone. */
export function clockField(at: number): string {
  const { hour, minute, second } = wallOf(at);
  return `${digits(hour)}:${digits(minute)}:${digits(second)}`;
}

/** The first second of the day in which a time is. */
export function startOfDay(at: number): number {
  return atWall({ ...wallOf(at), hour: 0, minute: 0, second: 0 });
}

function digits(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

/** With 24 hours in two digits, so that columns of times stand; with 12 as people write it. */
function hourOf({ hour12 }: Customs): { hour: 'numeric' | '2-digit' } {
  return { hour: hour12 ? 'numeric' : '2-digit' };
}

function write(at: number, options: Intl.DateTimeFormatOptions, by: Customs): string {
  return timeFormat(options, by).format(at * 1000);
}
