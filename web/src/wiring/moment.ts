/** Keeps the address at the moment that is looked at, so that it can be shared and come back to. */
import { effect } from '@preact/signals';
import { dayOf } from '../past/day';
import type { TimeTravel } from '../past/timetravel';
import type { PlaceParts } from './place';

/** Written once nothing has moved for so long, milliseconds: browsers take few changes a second. */
const RESTED_MS = 400;

/** Follow the moment; returns how to stop. */
export function watchMoment(place: PlaceParts, past: TimeTravel): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = () => {
    const before = place.at.peek();
    const at = past.at.peek();
    if (before === at) return;
    // Another day, the past itself and the way out of it are places to come back to.
    if (named(before) !== named(at)) {
      place.visit(at);
      return;
    }
    place.at.value = at;
    place.write();
  };
  const unwatch = effect(() => {
    void past.at.value;
    clearTimeout(timer);
    timer = setTimeout(write, RESTED_MS);
  });
  return () => {
    clearTimeout(timer);
    unwatch();
  };
}

function named(at: number | null): string | null {
  return at === null ? null : dayOf(at).name;
}
