/** When the map has been drawn: what can wait does, so that its pictures come first. */
import type { SightlineMap } from './types';

interface Timeouts {
  /** Milliseconds after the map stands still for the first time. */
  readonly after: number;
  /** And if it never does: milliseconds from now. */
  readonly atMost: number;
}

/** Act once the map has stood still; the returned function calls it off. */
export function onceStill(
  map: Pick<SightlineMap, 'onIdle'>,
  { after, atMost }: Timeouts,
  act: () => void,
): () => void {
  let still = false;
  let timer = setTimeout(act, atMost);
  const undo = map.onIdle(() => {
    if (still) return;
    still = true;
    clearTimeout(timer);
    timer = setTimeout(act, after);
  });
  return () => {
    undo();
    clearTimeout(timer);
  };
}
