/** The way of a day, up to the moment that is looked at and after it. Pure. */

export interface Spot {
  readonly lng: number;
  readonly lat: number;
  /** Epoch seconds. */
  readonly at: number;
}

/**
 * The way up to the moment that is looked at; without one up to now, with what was seen since.
 * `day` is the day on the bar, oldest first.
 */
export function wayOf(
  day: readonly Spot[],
  at: number | null,
  seen: readonly Spot[],
): readonly Spot[] {
  if (at !== null) return day.filter((point) => point.at <= at);
  const until = day.at(-1)?.at ?? -Infinity;
  return [...day, ...seen.filter((spot) => spot.at > until)];
}

/** The rest of a past day, from the last fix before the moment on. */
export function restOf(day: readonly Spot[], at: number | null): readonly Spot[] {
  if (at === null) return [];
  const first = day.findIndex((point) => point.at > at);
  return first < 0 ? [] : day.slice(Math.max(0, first - 1));
}
