/** Keeps what is shown on this device, for a start without a network (`lastpicture.ts`). */
import type { Thing } from '../net/protocol';
import type { DeviceStore } from '../worker/devicestore';
import { mayKeep } from './lastview';
import type { LastPicture } from './lastpicture';
import type { Visitor } from './visitor';
import type { Picture } from './world';

/** What is drawn, listed, or says how old it is. Not commands, logs, or what a console heard. */
const KINDS = [
  ...['friend', 'probot', 'region', 'stay', 'crossing', 'server', 'broker', 'map', 'alert'],
  ...['hidden', 'waiting'],
] as const;
/** So many things of a kind at most: those that changed last. */
const MOST = 2000;
/** Milliseconds after somebody came in, and then between two. */
const FIRST = 4000;
const EVERY = 60_000;

export interface Keeping {
  readonly visitor: Visitor;
  readonly store: DeviceStore;
  readonly world: Picture;
  /** Whether the world is now, complete, and heard over a connection. */
  current(): boolean;
  readonly offset: () => number;
}

/** What is kept of a world. */
export function pictureOf(world: Picture): Thing[] {
  return KINDS.flatMap((kind) => {
    const things = [...world.kind(kind).values()];
    return things.length > MOST ? things.sort((a, b) => b.s - a.s).slice(0, MOST) : things;
  });
}

/** Keep it now and then, and when the page is left; returns how to stop. */
export function keepPicture({ visitor, store, world, current, offset }: Keeping): () => void {
  if (!mayKeep(visitor)) return () => undefined;
  const keep = () => {
    if (!current()) return;
    const picture: LastPicture = {
      ...{ visitor, heard: Date.now(), offset: offset() },
      things: pictureOf(world),
    };
    void store.put('picture', picture);
  };
  const hidden = () => {
    if (document.visibilityState === 'hidden') keep();
  };
  const first = setTimeout(keep, FIRST);
  const timer = setInterval(keep, EVERY);
  document.addEventListener('visibilitychange', hidden);
  addEventListener('pagehide', keep);
  return () => {
    clearTimeout(first);
    clearInterval(timer);
    document.removeEventListener('visibilitychange', hidden);
    removeEventListener('pagehide', keep);
  };
}
