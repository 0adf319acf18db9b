/** Numbers in words: speeds, compass points, positions, counts, sizes. */

export type Units = 'metric' | 'imperial';

const KM_PER_MILE = 1.609344;
const M_PER_FOOT = 0.3048;

export interface Figure {
  readonly value: string;
  readonly unit: string;
}

/** A speed given in km/h. */
export function speed(kmh: number, units: Units): Figure {
  return units === 'metric'
    ? { value: String(Math.round(kmh)), unit: 'km/h' }
    : { value: String(Math.round(kmh / KM_PER_MILE)), unit: 'mph' };
}

/** A short length (altitude, accuracy) given in metres. */
export function length(metres: number, units: Units): Figure {
  if (units === 'imperial') return { value: grouped(Math.round(metres / M_PER_FOOT)), unit: 'ft' };
  return Math.abs(metres) >= 10_000
    ? { value: (metres / 1000).toFixed(1), unit: 'km' }
    : { value: grouped(Math.round(metres)), unit: 'm' };
}

/** A way given in metres: "240 m", "4.3 km", "123 km". */
export function way(metres: number, units: Units): Figure {
  const long = metres / (units === 'metric' ? 1000 : 1000 * KM_PER_MILE);
  if (long < 1 && units === 'metric') return length(metres, units);
  return {
    value: long < 100 ? long.toFixed(1) : grouped(Math.round(long)),
    unit: units === 'metric' ? 'km' : 'mi',
  };
}

export function inOneLine(figure: Figure): string {
  return `${figure.value} ${figure.unit}`;
}

const POINTS = 'N NNE NE ENE E ESE SE SSE S SSW SW WSW W WNW NW NNW'.split(' ');

/** The compass point of a course in degrees: 24 is "NNE". */
export function compass(degrees: number): string {
  const turn = ((degrees % 360) + 360) % 360;
  return POINTS[Math.round(turn / 22.5) % POINTS.length] ?? 'N';
}

/** "52.3792° N, 4.8994° E" with so many digits. */
export function position(lat: number, lon: number, digits = 4): string {
  const ns = lat < 0 ? 'S' : 'N';
  const ew = lon < 0 ? 'W' : 'E';
  return `${Math.abs(lat).toFixed(digits)}° ${ns}, ${Math.abs(lon).toFixed(digits)}° ${ew}`;
}

const GROUPED = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

/** 1214 as "1,214"; fractions to two digits. */
export function grouped(n: number): string {
  return GROUPED.format(n);
}

/** A count where there is little room: 812, "5.0k", "12k". */
export function brief(n: number): string {
  if (n < 1000) return String(n);
  return n < 9950 ? `${(n / 1000).toFixed(1)}k` : `${String(Math.round(n / 1000))}k`;
}

/** A size in bytes: "214 B", "3.9 kB". */
export function bytes(n: number): string {
  if (n < 1000) return `${String(n)} B`;
  if (n < 1_000_000) return `${(n / 1000).toFixed(1)} kB`;
  return `${(n / 1_000_000).toFixed(1)} MB`;
}
