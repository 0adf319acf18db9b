/** Who is in which region: the visits of the wire (`stay/…`), to be found by region and by who it is. */
import { VisitShape } from '../../generated';
import type { Visit as VisitState } from '../../generated';
import type { Thing } from '../../net/protocol';
import { readLoosely } from '../../net/shape';
import type { Read } from '../../net/shape';
import { splitKey } from '../../app/world';
import type { Key, Picture } from '../../app/world';

/** `region` is the region's id; `thing` is who is in it: "friend/jane/phone". */
export type Visit = Read<VisitState>;

/** Who says so. */
export type Verdict = Visit['by'];

export function readVisit(thing: Thing): Visit {
  return readLoosely<VisitState>(VisitShape, thing, { by: 'server' });
}

const NOBODY: readonly Visit[] = [];

/** Follows the world; a visit is found by either end without looking through all of them. */
export class Visits {
  readonly #visits = new Map<Key, Visit>();
  readonly #inRegion = new Map<string, Map<Key, Visit>>();
  readonly #ofThing = new Map<Key, Map<string, Visit>>();

  constructor(world: Picture) {
    world.onChange((changed) => {
      for (const key of changed) {
        if (splitKey(key)[0] === 'stay') this.#take(key, world.get(key));
      }
    });
  }

  /** Who is in a region, the longest first. */
  in(region: string): readonly Visit[] {
    return inOrder(this.#inRegion.get(region));
  }

  countIn(region: string): number {
    return this.#inRegion.get(region)?.size ?? 0;
  }

  /** The regions somebody is in, the longest first. */
  of(thing: Key): readonly Visit[] {
    return inOrder(this.#ofThing.get(thing));
  }

  /** How many are in any region at all. */
  get people(): number {
    return this.#ofThing.size;
  }

  #take(key: Key, thing: Thing | undefined): void {
    const before = this.#visits.get(key);
    if (before) {
      drop(this.#inRegion, before.region, before.thing);
      drop(this.#ofThing, before.thing, before.region);
      this.#visits.delete(key);
    }
    if (!thing) return;
    const visit = readVisit(thing);
    this.#visits.set(key, visit);
    put(this.#inRegion, visit.region, visit.thing, visit);
    put(this.#ofThing, visit.thing, visit.region, visit);
  }
}

type Index = Map<string, Map<string, Visit>>;

function put(index: Index, outer: string, inner: string, visit: Visit): void {
  const visits = index.get(outer);
  if (visits) visits.set(inner, visit);
  else index.set(outer, new Map([[inner, visit]]));
}

function drop(index: Index, outer: string, inner: string): void {
  const visits = index.get(outer);
  visits?.delete(inner);
  if (visits?.size === 0) index.delete(outer);
}

function inOrder(visits: ReadonlyMap<string, Visit> | undefined): readonly Visit[] {
  if (!visits) return NOBODY;
  return [...visits.values()].sort((a, b) => a.since - b.since || (a.thing < b.thing ? -1 : 1));
}
