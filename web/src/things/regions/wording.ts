/** Regions, visits and transitions in words. */
import { plural, t } from '@lingui/core/macro';
import { ageText, shortTimeText, spanText } from '../../app/ages';
import { grouped, inOneLine, length } from '../../ui/numbers';
import type { Units } from '../../ui/numbers';
import { areaOf } from '../../map/shapes';
import type { Shape } from '../../map/shapes';
import { latenessOf } from './transitions';
import type { Transition } from './transitions';
import type { Region } from './read';
import type { Visit } from './visits';

const M2_PER_ACRE = 4046.8564224;
const M2_PER_SQUARE_MILE = 2_589_988.110336;

/** "Shared", "Yours", "bob’s", "From jane/phone". */
export function whoseText({ sort, owner, phone }: Region, me: string): string {
  if (sort === 'phone') return phone === undefined ? t`From a phone` : t`From ${phone}`;
  if (sort === 'shared') return t`Shared`;
  if (owner === me) return t`Yours`;
  return owner === undefined ? t`Somebody’s` : t`${owner}’s`;
}

/** "within 120 m", "5 corners, 2.4 km²". */
export function shapeText(shape: Shape | undefined, units: Units): string {
  if (!shape) return t`Of an unknown shape`;
  if (shape.is === 'circle') return t`Within ${inOneLine(length(shape.radius, units))}`;
  const area = areaText(areaOf(shape), units);
  return t`${plural(shape.points.length, { one: '# corner', other: '# corners' })}, ${area}`;
}

export function areaText(m2: number, units: Units): string {
  const [large, unit, small, smallUnit] =
    units === 'metric'
      ? [m2 / 1e6, t`km²`, m2, t`m²`]
      : [m2 / M2_PER_SQUARE_MILE, t`mi²`, m2 / M2_PER_ACRE, t`acres`];
  const shown = large >= 0.1 ? large : small;
  const digits = shown < 10 ? 1 : 0;
  return `${grouped(Number(shown.toFixed(digits)))} ${large >= 0.1 ? unit : smallUnit}`;
}

/** Since when, and how long that is: "since 14:02 · 38 min". */
export function sinceText(since: number | undefined, now: number): string {
  if (since === undefined) return t`since when is not known`;
  return t`since ${shortTimeText(since, now)} · ${longText(now - since)}`;
}

/** How long somebody is there already, without seconds that would only tick: "38 min", "4 h 10 min". */
export function longText(seconds: number): string {
  return seconds < 3600 ? ageText(seconds) : spanText(seconds);
}

/** Who says that somebody is there. */
export function verdictText({ by, disputed, why }: Visit): string {
  if (disputed) {
    const said =
      by === 'phone'
        ? t`The phone says so, the server does not`
        : t`The server says so, the phone does not`;
    return why === undefined ? said : `${said}: ${why}`;
  }
  if (by === 'both') return t`Server and phone agree`;
  return by === 'phone' ? t`By the phone` : t`By the server`;
}

/** "Jane entered Home". */
export function transitionText({ event, name }: Transition, who: string): string {
  return event === 'enter' ? t`${who} entered ${name}` : t`${who} left ${name}`;
}

/** By whose word, whether the other agrees, and whether it came late. */
export function transitionNote(transition: Transition): { text: string; disputed: boolean } {
  const { by, agrees } = transition;
  // Nobody says so: it is between two fixes. How late it was told is then no news of the phone.
  if (transition.inferred) return { text: t`passed through (inferred)`, disputed: false };
  const whose = agrees === true ? t`server and phone agree` : whoseWord(by === 'server', agrees);
  const late = latenessOf(transition);
  return {
    text: late === undefined ? whose : t`${whose}, told ${ageText(late)} later`,
    disputed: agrees === false,
  };
}

/** By whose word it is known, and whether the other denies it. */
function whoseWord(server: boolean, agrees: boolean | undefined): string {
  if (agrees !== false) return server ? t`by the server` : t`by the phone`;
  return server
    ? t`by the server, the phone says otherwise`
    : t`by the phone, the server says otherwise`;
}
