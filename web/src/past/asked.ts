/** What is asked of the past of one friend: its figures over some days, and where it was longest. */
import { SpanSummaryShape } from '../generated';
import type { SpanSummary } from '../generated';
import { isRecord } from '../net/protocol';
import { path, queryText } from '../net/api';
import type { Api } from '../net/api';
import { read } from '../net/shape';
import type { Read } from '../net/shape';
import { splitKey } from '../app/world';
import type { Key } from '../app/world';
import type { Day } from './day';
import { daysOn } from './month';
import type { Stretch } from './stretch';

/** So many days, the chosen one being the last. */
export const SPANS = [1, 7, 30] as const;
export type SpanDays = (typeof SPANS)[number];

export type Summary = Read<SpanSummary>;

/** Where somebody was: latitude, longitude, and the share of the hottest cell's time. */
export interface HeatCell {
  readonly lat: number;
  readonly lng: number;
  readonly weight: number;
}

/** The stretch of so many days that ends with a day; bounds that the server takes as inclusive. */
export function spanOf(day: Day, days: SpanDays): Stretch {
  return { start: daysOn(day, 1 - days).start, end: day.end - 1 };
}

export async function askSummary(api: Api, of: Key, { start, end }: Stretch): Promise<Summary> {
  const found = read(
    SpanSummaryShape,
    await api.get(`summary/${friendPath(of)}`, { from: start, to: end }),
  );
  if (!found) throw new Error('The server sent something unreadable.');
  return found;
}

export async function askHeat(api: Api, of: Key, { start, end }: Stretch): Promise<HeatCell[]> {
  return readHeat((await api.get(`heat/${friendPath(of)}`, { from: start, to: end }))['cells']);
}

/**
 * Cells with weights from 0 to 1. Home, where most nights are spent, would outshine everything: so
 * the weight is the root of the time, by which an hour is still seen beside a week.
 */
export function readHeat(cells: unknown): HeatCell[] {
  if (!Array.isArray(cells)) return [];
  const found: HeatCell[] = [];
  for (const cell of cells as unknown[]) {
    if (!Array.isArray(cell)) continue;
    const [lat, lng, seconds] = cell as unknown[];
    if (typeof lat !== 'number' || typeof lng !== 'number' || typeof seconds !== 'number') continue;
    if (seconds > 0) found.push({ lat, lng, weight: Math.sqrt(seconds) });
  }
  const most = Math.max(1e-9, ...found.map(({ weight }) => weight));
  return found.map((cell) => ({ ...cell, weight: cell.weight / most }));
}

/** Where a track of exactly this stretch can be had as a file, below the page's own address. */
export function trackFile(of: Key, { start, end }: Stretch, format: string): string {
  return `api/1/history/${friendPath(of)}${queryText({ from: start, to: end, format })}`;
}

/** Hide all fixes of a stretch that are shown; how many there were. */
export async function hideStretch(api: Api, of: Key, { start, end }: Stretch): Promise<number> {
  const answer: unknown = await api.post(`hide/${friendPath(of)}`, { from: start, to: end });
  return isRecord(answer) && typeof answer['hidden'] === 'number' ? answer['hidden'] : 0;
}

function friendPath(of: Key): string {
  const [user = '', device = ''] = splitKey(of)[1].split('/', 2);
  return path`friend/${user}/${device}`;
}
