/** Figures over time as the server keeps them since its start, and what is asked to follow them. */
import type { Granted } from '../../net/requests';

export interface Series {
  /** Epoch seconds, ascending. */
  readonly at: readonly number[];
  readonly values: Readonly<Record<string, readonly (number | null)[]>>;
}

export const NO_SERIES: Series = { at: [], values: {} };

/** Samples kept here; then the whole is asked for anew, coarser. */
export const MOST_SAMPLES = 1500;

/** The answer of the server; a list that is not as long as the times says nothing. */
export function readSeries({ at, series }: Granted<'figures'>): Series {
  const whole = Object.entries(series).filter(([, list]) => list.length === at.length);
  return { at, values: Object.fromEntries(whole) };
}

/** What was known and what came after it. */
export function joined(before: Series, after: Series): Series {
  if (before.at.length === 0) return after;
  if (after.at.length === 0) return before;
  const values: Record<string, (number | null)[]> = {};
  for (const name of new Set([...Object.keys(before.values), ...Object.keys(after.values)])) {
    values[name] = [
      ...(before.values[name] ?? before.at.map(() => null)),
      ...(after.values[name] ?? after.at.map(() => null)),
    ];
  }
  return { at: [...before.at, ...after.at], values };
}

/** What was stored, and behind it what was heard since. */
export function followed(stored: Series, live: Series): Series {
  const last = stored.at.at(-1) ?? -Infinity;
  const first = live.at.findIndex((at) => at > last);
  if (first < 0) return stored;
  return joined(stored, {
    at: live.at.slice(first),
    values: Object.fromEntries(
      Object.entries(live.values).map(([name, list]) => [name, list.slice(first)]),
    ),
  });
}

/** The samples from this time on, and one before it so that the line reaches the edge. */
export function since(series: Series, from: number): Series {
  const first = series.at.findIndex((at) => at >= from);
  const cut = first < 0 ? series.at.length - 1 : Math.max(0, first - 1);
  if (cut <= 0) return series;
  return {
    at: series.at.slice(cut),
    values: Object.fromEntries(
      Object.entries(series.values).map(([name, list]) => [name, list.slice(cut)]),
    ),
  };
}

/** One of the figures as points of a small line; at most about so many. */
export function pointsOf(
  series: Series,
  name: string,
  most = 120,
): { at: number; value: number }[] {
  const list = series.values[name] ?? [];
  const step = Math.max(1, Math.ceil(list.length / most));
  const points: { at: number; value: number }[] = [];
  for (let index = list.length - 1; index >= 0; index -= step) {
    const value = list[index];
    const at = series.at[index];
    if (at !== undefined && value !== null && value !== undefined) points.push({ at, value });
  }
  return points.reverse();
}
