/** The clock on the wall of a time zone, and back. Epoch seconds; no clock and no DOM here. */
import { customs } from './customs';

export interface Wall {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** What calendar and clock say at a time; `zone` undefined: this computer's. */
export function wallOf(at: number, zone = customs.value.zone): Wall {
  const date = new Date(at * 1000);
  if (zone === undefined) {
    return {
      year: date.getFullYear(),
      month: date.getMonth() + 1,
      day: date.getDate(),
      hour: date.getHours(),
      minute: date.getMinutes(),
      second: date.getSeconds(),
    };
  }
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(date)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return { year, month, day, hour, minute, second };
}

/**
 * The time at which calendar and clock say so. Days and hours may be out of range, as the day after
 * the 31st is. A time that the clocks leave out is the one as much later; one that comes twice is
 * the first.
 */
export function atWall(wall: Wall, zone = customs.value.zone): number {
  const { year, month, day, hour, minute, second } = wall;
  if (zone === undefined) {
    return new Date(year, month - 1, day, hour, minute, second).getTime() / 1000;
  }
  const meant = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  const [before, after] = [meant - DAY, meant + DAY].map((at) => meant - aheadOf(at, zone));
  if (before === undefined || after === undefined) return meant;
  const fits = (at: number) => at + aheadOf(at, zone) === meant;
  return fits(before) || !fits(after) ? before : after;
}

const DAY = 86_400;

/** By how many seconds the clocks of a zone are ahead of UTC at a time. */
function aheadOf(at: number, zone: string): number {
  const { year, month, day, hour, minute, second } = wallOf(at, zone);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - Math.floor(at);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    const two = '2-digit';
    format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone: zone,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: two, day: two, hour: two, minute: two, second: two },
    });
    formats.set(zone, format);
  }
  return format;
}
