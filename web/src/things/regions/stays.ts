/** Who is in which region: the stays of the wire, to be found by region and by who it is. */
import { VisitShape } from '../../generated';
import type { Visit } from '../../generated';
import type { Thing } from '../../net/protocol';
import { readLoosely } from '../../net/shape';
import type { Read } from '../../net/shape';
import { splitKey } from '../../app/world';
import type { Key, Picture } from '../../app/world';

/** `region` is the region's id; `thing` is who is in it: "friend/jane/phone". */
export type Stay = Read<Visit>;

/** Who says so. */
export type Verdict = Stay['by'];

export function readStay(thing: Thing): Stay {
  return readLoosely<Visit>(VisitShape, thing, { by: 'server' });
}

const NOBODY: readonly Stay[] = [];

/** Follows the world; a stay is found by either end without looking through all of them. */
export class Stays {
  readonly #stays = new Map<Key, Stay>();
  readonly #inRegion = new Map<string, Map<Key, Stay>>();
  readonly #ofThing = new Map<Key, Map<string, Stay>>();

  constructor(world: Picture) {
    world.onChange((changed) => {
      for (const key of changed) {
        if (splitKey(key)[0] === 'stay') this.#take(key, world.get(key));
      }
    });
  }

  /** Who is in a region, the longest first. */
  in(region: string): readonly Stay[] {
    return inOrder(this.#inRegion.get(region));
  }

  countIn(region: string): number {
    return this.#inRegion.get(region)?.size ?? 0;
  }

  /** The regions somebody is in, the longest first. */
  of(thing: Key): readonly Stay[] {
    return inOrder(this.#ofThing.get(thing));
  }

  /** How many are in any region at all. */
  get people(): number {
    return this.#ofThing.size;
  }

  #take(key: Key, thing: Thing | undefined): void {
    const before = this.#stays.get(key);
    if (before) {
      drop(this.#inRegion, before.region, before.thing);
      drop(this.#ofThing, before.thing, before.region);
      this.#stays.delete(key);
    }
    if (!thing) return;
    const stay = readStay(thing);
    this.#stays.set(key, stay);
    put(this.#inRegion, stay.region, stay.thing, stay);
    put(this.#ofThing, stay.thing, stay.region, stay);
  }
}

type Index = Map<string, Map<string, Stay>>;

function put(index: Index, outer: string, inner: string, stay: Stay): void {
  const stays = index.get(outer);
  if (stays) stays.set(inner, stay);
  else index.set(outer, new Map([[inner, stay]]));
}

function drop(index: Index, outer: string, inner: string): void {
  const stays = index.get(outer);
  stays?.delete(inner);
  if (stays?.size === 0) index.delete(outer);
}

function inOrder(stays: ReadonlyMap<string, Stay> | undefined): readonly Stay[] {
  if (!stays) return NOBODY;
  return [...stays.values()].sort((a, b) => a.since - b.since || (a.thing < b.thing ? -1 : 1));
}
