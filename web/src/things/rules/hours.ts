/** Usual sets of days, and the country whose public holidays are meant. Pure. */
import type { Hours } from './model';
import { isSame, isWeekdays } from './phrases';

export type DayPreset = 'any' | 'school' | 'weekdays' | 'weekend' | 'own';

export function dayPreset({ days, holidays }: Hours): DayPreset {
  if (isWeekdays(days)) {
    if (holidays === 'not') return 'school';
    return holidays === 'also' ? 'weekdays' : 'own';
  }
  if (holidays !== 'also') return 'own';
  if (days === undefined) return 'any';
  return isSame(days, [5, 6]) ? 'weekend' : 'own';
}

/** What choosing a preset changes; the times of day stay. */
export function withPreset(
  { country }: Hours,
  preset: DayPreset,
  here: string | undefined,
): { readonly [K in keyof Hours]?: Hours[K] | undefined } {
  switch (preset) {
    case 'school':
      return { days: [0, 1, 2, 3, 4], holidays: 'not', country: country ?? here };
    case 'weekdays':
      return { days: [0, 1, 2, 3, 4], holidays: 'also', country: undefined };
    case 'weekend':
      return { days: [5, 6], holidays: 'also', country: undefined };
    default:
      return { days: undefined, holidays: 'also', country: undefined };
  }
}

/** Zones whose language is spoken in many countries: the zone says more than the language. */
const OF_ZONE = new Map(
  (
    'Europe/Berlin=DE Europe/Vienna=AT Europe/Zurich=CH Europe/Amsterdam=NL Europe/Brussels=BE ' +
    'Europe/Paris=FR Europe/Madrid=ES Europe/London=GB Europe/Dublin=IE Europe/Helsinki=FI ' +
    'Europe/Stockholm=SE Europe/Oslo=NO Europe/Copenhagen=DK Europe/Rome=IT Europe/Lisbon=PT ' +
    'Europe/Warsaw=PL Europe/Prague=CZ'
  )
    .split(' ')
    .map((pair) => pair.split('=') as [zone: string, country: string]),
);

/** The country that is probably meant: by the zone, else by the language's region. */
export function countryHere(locale: string, zone: string): string | undefined {
  return OF_ZONE.get(zone) ?? new Intl.Locale(locale).region;
}
