/** What is asked of the past of one friend: its figures over some days, and where it was longest. */
import type { SpanSummary } from '../generated';
import { path, queryText } from '../net/api';
import type { Api } from '../net/api';
import type { Read } from '../net/shape';
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

export function askSummary(api: Api, of: Key, { start, end }: Stretch): Promise<Summary> {
  return api.get('summary/friend/{user}/{device}', phoneOf(of), { from: start, to: end });
}

/**
 * Where somebody was, with weights from 0 to 1. Home, where most nights are spent, would outshine
 * everything: so the weight is the root of the time, by which an hour is still seen beside a week.
 */
export async function askHeat(api: Api, of: Key, { start, end }: Stretch): Promise<HeatCell[]> {
  const asked = { from: start, to: end };
  const { cells } = await api.get('heat/friend/{user}/{device}', phoneOf(of), asked);
  const most = Math.max(1e-9, ...cells.map(({ seconds }) => seconds));
  return cells.map(({ lat, lon, seconds }) => ({
    lat,
    lng: lon,
    weight: Math.sqrt(Math.max(0, seconds) / most),
  }));
}

/** Where a track of exactly this stretch can be had as a file, below the page's own address. */
export function trackFile(of: Key, { start, end }: Stretch, format: string): string {
  const { user, device } = phoneOf(of);
  const track = path`api/1/history/friend/${user}/${device}`;
  return track + queryText({ from: start, to: end, format });
}

/** Hide all fixes of a stretch that are shown; how many there were. */
export async function hideStretch(api: Api, of: Key, { start, end }: Stretch): Promise<number> {
  const { user, device } = phoneOf(of);
  const parts = { kind: 'friend', group: user, id: device };
  return (await api.post('hide/{kind}/{group}/{id}', parts, { from: start, to: end })).hidden;
}

function phoneOf(of: Key): { readonly user: string; readonly device: string } {
  const [, user = '', device = ''] = of.split('/', 3);
  return { user, device };
}
