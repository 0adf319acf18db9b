/** Regions, stays and crossings in words. */
import { ageText, shortTimeText, spanText } from '../../app/ages';
import { grouped, inOneLine, length } from '../../ui/numbers';
import type { Units } from '../../ui/numbers';
import { areaOf } from '../../map/shapes';
import type { Shape } from '../../map/shapes';
import { latenessOf } from './crossings';
import type { Crossing } from './crossings';
import type { Region } from './read';
import type { Stay } from './stays';

const M2_PER_ACRE = 4046.8564224;
const M2_PER_SQUARE_MILE = 2_589_988.110336;

/** "Shared", "Yours", "bob’s", "From jane/phone". */
export function whoseText({ sort, owner, phone }: Region, me: string): string {
  if (sort === 'phone') return phone === undefined ? 'From a phone' : `From ${phone}`;
  if (sort === 'shared') return 'Shared';
  return owner === me ? 'Yours' : `${owner ?? 'Somebody'}’s`;
}

/** "within 120 m", "5 corners, 2.4 km²". */
export function shapeText(shape: Shape | undefined, units: Units): string {
  if (!shape) return 'Of an unknown shape';
  if (shape.is === 'circle') return `Within ${inOneLine(length(shape.radius, units))}`;
  return `${String(shape.points.length)} corners, ${areaText(areaOf(shape), units)}`;
}

export function areaText(m2: number, units: Units): string {
  const [large, unit, small, smallUnit] =
    units === 'metric'
      ? [m2 / 1e6, 'km²', m2, 'm²']
      : [m2 / M2_PER_SQUARE_MILE, 'mi²', m2 / M2_PER_ACRE, 'acres'];
  const shown = large >= 0.1 ? large : small;
  const digits = shown < 10 ? 1 : 0;
  return `${grouped(Number(shown.toFixed(digits)))} ${large >= 0.1 ? unit : smallUnit}`;
}

/** Since when, and how long that is: "since 14:02 · 38 min". */
export function sinceText(since: number | undefined, now: number): string {
  if (since === undefined) return 'since when is not known';
  return `since ${shortTimeText(since, now)} · ${longText(now - since)}`;
}

/** How long somebody is there already, without seconds that would only tick: "38 min", "4 h 10 min". */
export function longText(seconds: number): string {
  return seconds < 3600 ? ageText(seconds) : spanText(seconds);
}

/** Who says that somebody is there. */
export function verdictText({ by, disputed, why }: Stay): string {
  if (disputed) {
    return by === 'phone'
      ? `The phone says so, the server does not${because(why)}`
      : `The server says so, the phone does not${because(why)}`;
  }
  if (by === 'both') return 'Server and phone agree';
  return by === 'phone' ? 'By the phone' : 'By the server';
}

function because(why: string | undefined): string {
  return why === undefined ? '' : `: ${why}`;
}

/** "Jane entered Home". */
export function crossingText({ event, name }: Crossing, who: string): string {
  return `${who} ${event === 'enter' ? 'entered' : 'left'} ${name}`;
}

/** By whose word, whether the other agrees, and whether it came late. */
export function crossingNote(crossing: Crossing): { text: string; disputed: boolean } {
  const { by, agrees } = crossing;
  // Nobody says so: it is between two fixes. How late it was told is then no news of the phone.
  if (crossing.inferred) return { text: 'passed through (inferred)', disputed: false };
  const other = by === 'server' ? 'the phone' : 'the server';
  const whose =
    agrees === true
      ? 'server and phone agree'
      : agrees === false
        ? `by the ${by}, ${other} says otherwise`
        : `by the ${by}`;
  const late = latenessOf(crossing);
  return {
    text: late === undefined ? whose : `${whose}, told ${ageText(late)} later`,
    disputed: agrees === false,
  };
}
