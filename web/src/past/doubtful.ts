/** Fixes of a day that are not believed, and what was decided about fixes by hand. */
import type { OverruledAct, TrackEntry } from '../generated';
import type { Read } from '../net/shape';

export interface DoubtfulPoint {
  readonly lat: number;
  readonly lng: number;
  /** Time of the fix, epoch seconds. */
  readonly at: number;
  /** Why it is not believed, in words. */
  readonly why: string;
}

/** Read the `data` of an answer; what has no place (or no doubt) is left out. Oldest first. */
export function readDoubtful(data: readonly Read<TrackEntry>[]): DoubtfulPoint[] {
  const points: DoubtfulPoint[] = [];
  for (const { lat, lon, tst, doubt } of data) {
    if (lat === undefined || lon === undefined || tst === undefined || doubt === undefined)
      continue;
    points.push({ lat, lng: lon, at: tst, why: doubt });
  }
  return points.sort((a, b) => a.at - b.at);
}

/** Some fixes that were hidden, or used, `from` the first `to` the last of them; what undoes it. */
export type Overruled = Read<OverruledAct>;
