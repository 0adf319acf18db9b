/** Quiet hours: what of a day they take, and whether all ways to be told have the same. Pure. */

export interface Quiet {
  readonly begin: string;
  readonly end: string;
  /** Absent: the channel's. */
  readonly zone?: string | null;
}

/** A part of the day, from 0 (midnight) to 1. */
export type Share = readonly [from: number, to: number];

export const NIGHT: Quiet = { begin: '22:00', end: '07:00' };

/** The parts of a day that are quiet: two when the night goes over midnight. */
export function sharesOf({ begin, end }: Quiet): Share[] {
  const from = shareOf(begin);
  const to = shareOf(end);
  if (from === to) return [];
  if (from < to) return [[from, to]];
  return [[0, to], [from, 1] as const].filter(([a, b]) => b > a) as Share[];
}

/** Where in a day a time such as `22:00` is. */
export function shareOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) / 1440;
}

/** How long it is quiet, seconds. */
export function lengthOf(quiet: Quiet): number {
  return sharesOf(quiet).reduce((sum, [from, to]) => sum + (to - from) * 86_400, 0);
}

interface Hushed {
  readonly quiet?: Quiet | null | undefined;
  readonly passes: boolean;
}

/** What holds for all of somebody's channels; `same` is false when it is not the same for all. */
export function quietOf(channels: readonly Hushed[]): {
  quiet: Quiet | null;
  passes: boolean;
  same: boolean;
} {
  const [first] = channels;
  const quiet = first?.quiet ?? null;
  const passes = first?.passes ?? true;
  return { quiet, passes, same: channels.every((each) => alike(each, quiet, passes)) };
}

function alike(channel: Hushed, quiet: Quiet | null, passes: boolean): boolean {
  const own = channel.quiet ?? null;
  return own?.begin === quiet?.begin && own?.end === quiet?.end && channel.passes === passes;
}
