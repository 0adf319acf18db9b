/**
 * By which customs numbers and times are written: locale, 12 or 24 hours, units, time zone. There is
 * one set for the whole page; a component that writes a number is drawn anew when they change.
 */
import { signal } from '@preact/signals';

export type Units = 'metric' | 'imperial';

export interface Customs {
  /** As `Intl` has it: `de-AT`. */
  readonly locale: string;
  readonly units: Units;
  readonly hour12: boolean;
  /** The IANA name of the zone that was chosen; undefined: that of this computer. */
  readonly zone: string | undefined;
}

/** Until the page says otherwise: English with days before months, 24 hours, metres. */
export const customs = signal<Customs>({
  locale: 'en-IE',
  units: 'metric',
  hour12: false,
  zone: undefined,
});

/** Where roads have miles. */
const MILES = new Set(['US', 'GB', 'LR', 'MM']);

/** The units of a locale's region; `en` alone says nothing of a region, so kilometres. */
export function unitsOf(locale: string): Units {
  const { region } = new Intl.Locale(locale);
  return region !== undefined && MILES.has(region) ? 'imperial' : 'metric';
}

/** Whether clocks of a locale's region have 12 hours. */
export function hour12Of(locale: string): boolean {
  const { hourCycle } = new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions();
  return hourCycle === 'h12' || hourCycle === 'h11';
}

/** The zone in which times are shown. */
export function shownZone(): string {
  return customs.value.zone ?? zoneHere();
}

/** This computer's time zone. */
export function zoneHere(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Whether this computer knows a zone of that name. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name !== '';
  } catch {
    return false;
  }
}

/** All zones that this computer knows, by name. */
export function zones(): string[] {
  return Intl.supportedValuesOf('timeZone');
}

const made = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>();

/** A kept formatter of times: making one takes longer than using it a hundred times. */
export function timeFormat(
  options: Intl.DateTimeFormatOptions,
  by: Customs = customs.value,
): Intl.DateTimeFormat {
  const key = `${by.locale} ${by.zone ?? ''} ${String(by.hour12)} ${JSON.stringify(options)}`;
  const known = made.get(key);
  if (known instanceof Intl.DateTimeFormat) return known;
  const clock =
    options.hour === undefined ? {} : ({ hourCycle: by.hour12 ? 'h12' : 'h23' } as const);
  const zone = by.zone === undefined ? {} : { timeZone: by.zone };
  const format = new Intl.DateTimeFormat(by.locale, { ...clock, ...zone, ...options });
  made.set(key, format);
  return format;
}

/** A kept formatter of numbers. */
export function numberFormat(
  options: Intl.NumberFormatOptions,
  by: Customs = customs.value,
): Intl.NumberFormat {
  const key = `${by.locale} ${JSON.stringify(options)}`;
  const known = made.get(key);
  if (known instanceof Intl.NumberFormat) return known;
  const format = new Intl.NumberFormat(by.locale, options);
  made.set(key, format);
  return format;
}
