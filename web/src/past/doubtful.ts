/** Fixes of a day that are not believed, and what was decided about fixes by hand. */
import { isRecord } from '../net/protocol';

export interface DoubtfulPoint {
  readonly lat: number;
  readonly lng: number;
  /** Time of the fix, epoch seconds. */
  readonly at: number;
  /** Why it is not believed, in words. */
  readonly why: string;
}

/** Read the `data` of an answer; what has no place (or no doubt) is left out. Oldest first. */
export function readDoubtful(data: unknown): DoubtfulPoint[] {
  if (!Array.isArray(data)) return [];
  const points: DoubtfulPoint[] = [];
  for (const item of data as unknown[]) {
    if (!isRecord(item)) continue;
    const { lat, lon, tst, doubt } = item;
    if (typeof lat !== 'number' || typeof lon !== 'number' || typeof tst !== 'number') continue;
    if (typeof doubt === 'string') points.push({ lat, lng: lon, at: tst, why: doubt });
  }
  return points.sort((a, b) => a.at - b.at);
}

export interface Overruled {
  readonly what: 'hide' | 'use';
  /** When it was done, where that is known; epoch seconds. */
  readonly at?: number;
  readonly count: number;
  /** Times of its first and last fix. */
  readonly first: number;
  readonly last: number;
  /** What undoes it. */
  readonly undo: string;
}

/** Read the `acts` of an answer, newest first as they come. */
export function readOverruled(acts: unknown): Overruled[] {
  if (!Array.isArray(acts)) return [];
  const found: Overruled[] = [];
  for (const act of acts as unknown[]) {
    if (!isRecord(act)) continue;
    const { what, at, count, from, to, undo } = act;
    if (typeof undo !== 'string' || typeof count !== 'number') continue;
    if (typeof from !== 'number' || typeof to !== 'number') continue;
    found.push({
      what: what === 'use' ? 'use' : 'hide',
      ...(typeof at === 'number' ? { at } : {}),
      count,
      first: from,
      last: to,
      undo,
    });
  }
  return found;
}
