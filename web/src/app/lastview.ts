/**
 * Where somebody looked last, so that the map opens there again. It is kept in this browser and goes
 * when they sign out; of a visitor by a link nothing is kept.
 */
import { isRecord } from '../net/record';
import type { View } from '../map/types';
import type { Visitor } from './visitor';

const STORED = 'sightline.view';

export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Whether anything of where this visitor looks may be kept in the browser. */
export function mayKeep({ way }: Visitor): boolean {
  return way !== 'link';
}

export function lastView(visitor: Visitor, shelf = shelfHere()): View | undefined {
  if (!mayKeep(visitor)) return undefined;
  try {
    const raw: unknown = JSON.parse(shelf?.getItem(STORED) ?? 'null');
    if (!isRecord(raw) || raw['who'] !== visitor.name) return undefined;
    const { zoom, lat, lng } = raw;
    if (!within(zoom, 0, 24) || !within(lat, -90, 90) || !within(lng, -180, 180)) return undefined;
    return { zoom, lat, lng };
  } catch {
    return undefined;
  }
}

export function keepView(visitor: Visitor, { zoom, lat, lng }: View, shelf = shelfHere()): void {
  if (!mayKeep(visitor)) return;
  try {
    shelf?.setItem(STORED, JSON.stringify({ who: visitor.name, zoom, lat, lng }));
  } catch {
    // Storage is refused here: the next visit begins with everybody.
  }
}

export function forgetView(shelf = shelfHere()): void {
  try {
    shelf?.removeItem(STORED);
  } catch {
    // What could not be kept need not go.
  }
}

function within(value: unknown, low: number, high: number): value is number {
  return typeof value === 'number' && value >= low && value <= high;
}

function shelfHere(): Shelf | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
