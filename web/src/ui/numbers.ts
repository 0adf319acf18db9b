/** Numbers in words: speeds, compass points, positions, counts, sizes; by the page's customs. */
import { t } from '@lingui/core/macro';
import { customs, numberFormat } from './customs';
import type { Customs, Units } from './customs';

export type { Units } from './customs';

const KM_PER_MILE = 1.609344;
const M_PER_FOOT = 0.3048;

export interface Figure {
  readonly value: string;
  readonly unit: string;
}

/** A speed given in km/h. */
export function speed(kmh: number, units: Units, by: Customs = customs.value): Figure {
  return units === 'metric'
    ? measured(Math.round(kmh), 'kilometer-per-hour', 0, by)
    : measured(Math.round(kmh / KM_PER_MILE), 'mile-per-hour', 0, by);
}

/** A short length (altitude, accuracy) given in metres. */
export function length(metres: number, units: Units, by: Customs = customs.value): Figure {
  if (units === 'imperial') return measured(Math.round(metres / M_PER_FOOT), 'foot', 0, by);
  return Math.abs(metres) >= 10_000
    ? measured(metres / 1000, 'kilometer', 1, by)
    : measured(Math.round(metres), 'meter', 0, by);
}

/** A way given in metres: "240 m", "4.3 km", "123 km". */
export function way(metres: number, units: Units, by: Customs = customs.value): Figure {
  const long = metres / (units === 'metric' ? 1000 : 1000 * KM_PER_MILE);
  if (long < 1 && units === 'metric') return length(metres, units, by);
  return measured(long, units === 'metric' ? 'kilometer' : 'mile', long < 100 ? 1 : 0, by);
}

export function inOneLine(figure: Figure): string {
  return `${figure.value} ${figure.unit}`;
}

/** A number with its unit, apart, as the locale writes both; the unit by its name in `Intl`. */
export function measured(n: number, unit: string, digits = 0, by: Customs = customs.value): Figure {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const style = { style: 'unit', unit, unitDisplay: 'short' } as const;
  const parts = numberFormat({ ...style, ...options }, by).formatToParts(n);
  const named = parts.find(({ type }) => type === 'unit')?.value ?? unit;
  return { value: numberFormat(options, by).format(n), unit: named };
}

/** The compass point of a course in degrees: 24 is "NNE". */
export function compass(degrees: number): string {
  const turn = ((degrees % 360) + 360) % 360;
  const points = compassPoints();
  return points[Math.round(turn / 22.5) % points.length] ?? '';
}

function compassPoints(): string[] {
  return [
    ...[t`N`, t`NNE`, t`NE`, t`ENE`, t`E`, t`ESE`, t`SE`, t`SSE`],
    ...[t`S`, t`SSW`, t`SW`, t`WSW`, t`W`, t`WNW`, t`NW`, t`NNW`],
  ];
}

/** "52.3792° N, 4.8994° E" with so many digits. */
export function position(lat: number, lon: number, digits = 4): string {
  const ns = lat < 0 ? t`S` : t`N`;
  const ew = lon < 0 ? t`W` : t`E`;
  return `${Math.abs(lat).toFixed(digits)}° ${ns}, ${Math.abs(lon).toFixed(digits)}° ${ew}`;
}

/** 1214 as "1,214"; fractions to two digits. */
export function grouped(n: number, by: Customs = customs.value): string {
  return numberFormat({ maximumFractionDigits: 2 }, by).format(n);
}

/** With so many digits after the point: 4.30 as "4.30", "4,30". */
export function fixed(n: number, digits: number, by: Customs = customs.value): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return numberFormat(options, by).format(n);
}

/** A count where there is little room: 812, "5.0k", "12k"; as short as the locale has it. */
export function brief(n: number, by: Customs = customs.value): string {
  if (n < 1000) return grouped(n, by);
  const digits = n < 9950 ? 1 : 0;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return numberFormat({ notation: 'compact', ...options }, by).format(n);
}

/** A size in bytes: "214 B", "3.9 kB". */
export function bytes(n: number, by: Customs = customs.value): string {
  const [unit, divisor] =
    n < 1000 ? ['byte', 1] : n < 1_000_000 ? ['kilobyte', 1000] : ['megabyte', 1_000_000];
  const style = { style: 'unit', unit, unitDisplay: 'narrow' } as const;
  const named = numberFormat(style, by)
    .formatToParts(n)
    .find(({ type }) => type === 'unit')?.value;
  return `${fixed(n / divisor, unit === 'byte' ? 0 : 1, by)} ${named ?? unit}`;
}
