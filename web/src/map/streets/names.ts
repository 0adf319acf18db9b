/** Which of its names a thing on a map is given: the viewer's language where the data has it. */
import type { ExpressionSpecification } from 'maplibre-gl';
import type { Bounds } from '../bounds';
import type { MapSource } from './source';

type Expression = ExpressionSpecification;

/** Languages whose letters are ours: for them, names in other letters are better told in English. */
const LATIN =
  /^(?!(ar|be|bg|bn|el|fa|gu|he|hi|hy|ja|ka|kk|km|kn|ko|lo|mk|ml|mn|mr|my|ne|pa|ru|si|sr|ta|te|th|uk|ur|yi|zh)(-|$))/;

/** The endings of fields with names, the best first: `zh-Hans`, `zh`. */
export function tongues(language: string): string[] {
  const [tongue = 'en', second = ''] = language.split('-');
  const found = [tongue];
  if (tongue === 'nb' || tongue === 'nn') found.push('no');
  if (tongue === 'no') found.unshift('nb');
  if (tongue === 'zh') {
    const traditional = /^(Hant|TW|HK|MO)$/.test(second);
    found.unshift(traditional ? 'zh-Hant' : 'zh-Hans');
  }
  return found;
}

/** The name of a feature for somebody with this language (as in `navigator.language`). */
export function nameFor(language: string): Expression {
  const own = tongues(language).flatMap((tongue) => [`name:${tongue}`, `name_${tongue}`]);
  const english = ['name:en', 'name_en'];
  const local: unknown[] = ['get', 'name'];
  const readable = LATIN.test(language)
    ? // Protomaps names the letters of a name that are not ours.
      ['case', ['has', 'script'], coalesce(english, local), local]
    : local;
  // Letters that run from right to left, or join, need more than the map library has by itself.
  return coalesce(own, [
    'case',
    ['is-supported-script', ['coalesce', local, '']],
    readable,
    coalesce(english, local),
  ]) as unknown as Expression;
}

function coalesce(fields: readonly string[], otherwise: unknown): unknown[] {
  return ['coalesce', ...fields.map((field) => ['get', field]), otherwise];
}

type Filter = unknown;

/** A filter of the old sort ("in kind …") as an expression, which can be put together with others. */
export function asExpression(filter: Filter): Filter {
  if (!Array.isArray(filter)) return filter;
  const [op, ...rest] = filter as [string, ...unknown[]];
  const [key, ...values] = rest;
  if (op === 'all' || op === 'any') return [op, ...rest.map(asExpression)];
  if (op === 'has') return filter;
  if (op === '!has') return ['!', ['has', key]];
  if (typeof key !== 'string') return filter; // an expression already
  const field = key === '$type' ? ['geometry-type'] : ['get', key];
  if (op === 'in') return ['in', field, ['literal', values]];
  if (op === '!in') return ['!', ['in', field, ['literal', values]]];
  return [op, field, ...values];
}

/**
 * A filter that also leaves out what lies in areas where a more detailed map names it.
 *
 * @param areas with the zoom from which each is drawn
 */
export function outside(
  filter: Filter,
  areas: readonly { bounds: Bounds; from: number }[],
): Filter {
  if (areas.length === 0) return filter;
  const left = areas.map(({ bounds, from }) => [
    'any',
    ['<', ['zoom'], from],
    ['!', ['within', boxOf(bounds)]],
  ]);
  return ['all', ...(filter === undefined ? [] : [asExpression(filter)]), ...left];
}

/** The area of a map as a shape; beyond ±180 in two parts, because features never are there. */
export function boxOf({ west, south, east, north }: Bounds) {
  const parts =
    east > 180
      ? [
          [west, 180],
          [-180, east - 360],
        ]
      : [[west, east]];
  return {
    type: 'MultiPolygon' as const,
    coordinates: parts.map(([a = 0, b = 0]) => [
      [
        [a, south],
        [b, south],
        [b, north],
        [a, north],
        [a, south],
      ],
    ]),
  };
}

/** The feature with the area of a map that brings no ground of its own. */
export function groundOf({ bounds }: MapSource) {
  return { type: 'Feature' as const, properties: {}, geometry: boxOf(bounds) };
}
