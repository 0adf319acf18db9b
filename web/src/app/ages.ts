/** Times in words: how old something is, when it was, how long it lasted. Seconds throughout. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "4 s", "47 min", "3 h", "12 d". Whole units, rounded down: an age is never shown younger. */
export function ageText(seconds: number): string {
  const age = Math.max(0, Math.floor(seconds));
  if (age < MINUTE) return `${String(age)} s`;
  if (age < HOUR) return `${String(Math.floor(age / MINUTE))} min`;
  if (age < 2 * DAY) return `${String(Math.floor(age / HOUR))} h`;
  return `${String(Math.floor(age / DAY))} d`;
}

/** Number and unit apart, for large figures. */
export function ageParts(seconds: number): [value: string, unit: string] {
  const [value = '', unit = ''] = ageText(seconds).split(' ');
  return [value, unit];
}

/** An age to a tenth of a second while it is small: "0.1 s", "12 s". */
export function fineAgeText(seconds: number): string {
  return seconds < 10 ? `${Math.max(0, seconds).toFixed(1)} s` : ageText(seconds);
}

/** A length of time in its two greatest units: "12 d 4 h", "3 min 20 s". */
export function spanText(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds));
  const parts: [number, string][] = [
    [Math.floor(left / DAY), 'd'],
    [Math.floor((left % DAY) / HOUR), 'h'],
    [Math.floor((left % HOUR) / MINUTE), 'min'],
    [left % MINUTE, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${String(count)} ${unit}`)
    .join(' ');
}

/** Time of day here, with the date when it is not today's: "14:32:08", "20 Nov 14:32". */
export function timeText(epochSeconds: number, nowSeconds: number): string {
  const when = new Date(epochSeconds * 1000);
  const today = new Date(nowSeconds * 1000).toDateString() === when.toDateString();
  const pad = (n: number) => String(n).padStart(2, '0');
  const clock = `${pad(when.getHours())}:${pad(when.getMinutes())}`;
  if (today) return `${clock}:${pad(when.getSeconds())}`;
  return `${String(when.getDate())} ${MONTHS[when.getMonth()] ?? ''} ${clock}`;
}

/** The same without seconds: "14:32", "20 Nov 14:32". */
export function shortTimeText(epochSeconds: number, nowSeconds: number): string {
  return timeText(epochSeconds, nowSeconds).replace(/^(\d\d:\d\d):\d\d$/, '$1');
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
