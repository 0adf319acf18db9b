/**
 * The page's picture of the world: every thing by kind, and the cursor up to which it is complete.
 *
 * No I/O and no clock. A change replaces a thing's state object and nothing else, so ten thousand
 * moving things cost ten thousand plain objects and a set of keys, never a framework object each.
 * Listeners hear which keys changed, and only once a snapshot is complete.
 */
import type { Cursor, Key, News, Thing } from '../net/protocol';

export type { Cursor, Key };

export function keyOf(kind: string, id: string): Key {
  return `${kind}/${id}`;
}

/** The kind and the id of a key; the id may itself hold slashes. */
export function splitKey(key: Key): [kind: string, id: string] {
  const slash = key.indexOf('/');
  return slash < 0 ? [key, ''] : [key.slice(0, slash), key.slice(slash + 1)];
}

export type WorldListener = (changed: ReadonlySet<Key>) => void;

/** What panels look at: the world as it is, or a scene of the past in its place. */
export interface Picture {
  readonly missed: ReadonlyMap<string, number>;
  readonly cursor: Cursor;
  readonly complete: boolean;
  kind(kind: string): ReadonlyMap<string, Thing>;
  get(key: Key): Thing | undefined;
  onChange(listener: WorldListener): () => void;
}

type Kinds = Map<string, Map<string, Thing>>;

const NONE: ReadonlyMap<string, Thing> = new Map();

export class World implements Picture {
  /** How many lossless items of a kind passed unseen since the page was opened. */
  readonly missed = new Map<string, number>();
  #kinds: Kinds = new Map();
  /** A snapshot that is still arriving. The picture before it stays until it is complete. */
  #staged: Kinds | null = null;
  #greeted: string | null = null;
  #epoch: string | null = null;
  #seq = 0;
  #held = new Set<Key>();
  #listeners = new Set<WorldListener>();
  #recalled = false;

  /** What to say when resuming: up to where the picture is complete, and in which numbering. */
  get cursor(): Cursor {
    return { epoch: this.#epoch, seq: this.#seq };
  }

  /** Whether there is a picture at all: one snapshot has been received completely, or was recalled. */
  get complete(): boolean {
    return this.#epoch !== null || this.#recalled;
  }

  kind(kind: string): ReadonlyMap<string, Thing> {
    return this.#kinds.get(kind) ?? NONE;
  }

  kinds(): Iterable<string> {
    return this.#kinds.keys();
  }

  get(key: Key): Thing | undefined {
    const [kind, id] = splitKey(key);
    return this.#kinds.get(kind)?.get(id);
  }

  /** A connection begins, and the server named its numbering. Half a snapshot is worth nothing now. */
  greet(epoch: string): void {
    this.#greeted = epoch;
    this.#staged = null;
  }

  /** Begin with what was known at an earlier visit, until the server tells how things are. */
  recall(things: readonly Thing[]): void {
    if (this.complete) return;
    this.#recalled = true;
    for (const thing of things) take(this.#kinds, thing);
    const changed = new Set(things.map(({ k, id }) => keyOf(k, id)));
    for (const listener of this.#listeners) listener(changed);
  }

  /** Take in one frame of news. */
  hear(news: News): void {
    if (news.whole) this.#staged = new Map();
    const into = this.#staged ?? this.#kinds;
    for (const thing of news.things) {
      take(into, thing);
      this.#held.add(keyOf(thing.k, thing.id));
    }
    for (const [kind, count] of Object.entries(news.missed)) {
      this.missed.set(kind, (this.missed.get(kind) ?? 0) + count);
    }
    if (!this.#staged) this.#seq = news.seq;
    if (news.more) return;
    if (this.#staged) {
      for (const [kind, things] of this.#kinds) {
        for (const id of things.keys()) this.#held.add(keyOf(kind, id));
      }
      this.#kinds = this.#staged;
      this.#staged = null;
      this.#epoch = this.#greeted;
      this.#seq = news.seq;
    }
    const changed = this.#held;
    this.#held = new Set();
    for (const listener of this.#listeners) listener(changed);
  }

  /** Be told which things changed; returns the way to stop. */
  onChange(listener: WorldListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

/** The world, until a scene is shown in its place; then that, while the world goes on unseen. */
export class Shown implements Picture {
  readonly #world: World;
  readonly #listeners = new Set<WorldListener>();
  #scene: Kinds | null = null;

  constructor(world: World) {
    this.#world = world;
    world.onChange((changed) => {
      if (this.#scene === null) this.#tell(changed);
    });
  }

  get missed(): ReadonlyMap<string, number> {
    return this.#world.missed;
  }

  get cursor(): Cursor {
    return this.#world.cursor;
  }

  get complete(): boolean {
    return this.#world.complete;
  }

  kind(kind: string): ReadonlyMap<string, Thing> {
    return (this.#scene === null ? this.#world.kind(kind) : this.#scene.get(kind)) ?? NONE;
  }

  get(key: Key): Thing | undefined {
    const [kind, id] = splitKey(key);
    return this.kind(kind).get(id);
  }

  /** Show these things and no others; null: the world as it is. */
  show(things: readonly Thing[] | null): void {
    const changed = new Set<Key>(this.#keys());
    this.#scene = null;
    if (things !== null) {
      const scene: Kinds = new Map();
      for (const thing of things) take(scene, thing);
      for (const kind of TIMELESS) scene.set(kind, new Map(this.#world.kind(kind)));
      this.#scene = scene;
    }
    for (const key of this.#keys()) changed.add(key);
    this.#tell(changed);
  }

  onChange(listener: WorldListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  *#keys(): Generator<Key> {
    const kinds = this.#scene?.keys() ?? this.#world.kinds();
    for (const kind of kinds) for (const id of this.kind(kind).keys()) yield keyOf(kind, id);
  }

  #tell(changed: ReadonlySet<Key>): void {
    for (const listener of this.#listeners) listener(changed);
  }
}

/** Kinds shown as they are now, whatever time is looked at: how we and the brokers do, and faces. */
const TIMELESS = ['broker', 'server', 'face', 'picture', 'rule', 'alert'] as const;

function take(kinds: Kinds, thing: Thing): void {
  const things = kinds.get(thing.k);
  if (thing.gone === true) things?.delete(thing.id);
  else if (things) things.set(thing.id, thing);
  else kinds.set(thing.k, new Map([[thing.id, thing]]));
}
