/** Regions as the wire carries them: named circles and polygons, shared, personal, or a phone's. */
import type { Shape, Spot } from '../../map/shapes';
import type { Region as RegionState } from '../../generated';
import type { Thing } from '../../net/protocol';
import { keyOf } from '../../app/world';
import type { Key } from '../../app/world';
import { fieldsOf, present } from '../fields';

const field = fieldsOf<RegionState>();

/** Whose a region is: everybody's, one account's, or of a phone that told us of its waypoints. */
export type Sort = 'shared' | 'personal' | 'phone';

export interface Region {
  readonly key: Key;
  /** May hold slashes. */
  readonly id: string;
  readonly name: string;
  /** Absent when we do not understand its shape. */
  readonly shape?: Shape;
  readonly sort: Sort;
  /** The account, or friend ("friend/jane/phone"), it belongs to; absent when it is shared. */
  readonly owner?: string;
  readonly version: number;
  /** The account (or phone) that changed it last, and when, epoch seconds. */
  readonly by?: string;
  readonly at?: number;
  /** The phone it came from: "jane/phone". */
  readonly phone?: string;
  /** Name of the colour token, without the dashes: "c3". */
  readonly colour: string;
}

export const COLOURS = 8;

const known = new WeakMap<Thing, Region>();

/** Read a region; the same thing gives the same object. */
export function readRegion(thing: Thing): Region {
  const before = known.get(thing);
  if (before) return before;
  const owner = field.text(thing, 'owner');
  // One that was adopted came from a phone too, and is everybody's.
  const sort = owner === undefined ? 'shared' : owner.startsWith('friend/') ? 'phone' : 'personal';
  const region: Region = {
    key: keyOf('region', thing.id),
    id: thing.id,
    name: field.text(thing, 'name') ?? thing.id,
    sort,
    version: field.number(thing, 'version') ?? 0,
    colour: `c${String(colourOf(thing))}`,
    ...present({
      shape: shapeOf(thing),
      owner,
      by: field.text(thing, 'by')?.replace(/^friend\//, ''),
      at: field.number(thing, 'at'),
      phone: field.text(thing, 'phone'),
    }),
  };
  known.set(thing, region);
  return region;
}

/** The one that was chosen, or one by the id, so that neighbours differ. */
function colourOf(thing: Thing): number {
  const chosen = field.number(thing, 'colour');
  if (chosen !== undefined && Number.isInteger(chosen) && chosen >= 1 && chosen <= COLOURS) {
    return chosen;
  }
  let sum = 0;
  for (const character of thing.id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return (sum % COLOURS) + 1;
}

function shapeOf(thing: Thing): Shape | undefined {
  if (thing['shape'] === 'circle') {
    const centre = spotOf([thing['lat'], thing['lon']]);
    const radius = field.number(thing, 'rad');
    if (!centre || radius === undefined || radius < 0) return undefined;
    return { is: 'circle', ...centre, radius };
  }
  const { points: raw } = thing;
  if (thing['shape'] !== 'polygon' || !Array.isArray(raw)) return undefined;
  const points = raw.map(spotOf);
  if (points.length < 3 || !points.every((spot) => spot !== undefined)) return undefined;
  return { is: 'polygon', points };
}

function spotOf(raw: unknown): Spot | undefined {
  if (!Array.isArray(raw)) return undefined;
  const [lat, lon] = raw as readonly unknown[];
  return isDegrees(lat, 90) && isDegrees(lon, 180) ? { lat, lon } : undefined;
}

function isDegrees(value: unknown, most: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= most;
}
