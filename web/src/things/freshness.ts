/**
 * How fresh what we know is, and which words may be said of it. There are two ages, and they are
 * kept apart: that of the fix (where somebody was then) and that of the contact (when anything was
 * heard of them). And what came over a broker that is lost is as of the last message it brought.
 */
import { ageText, timeText } from '../app/ages';
import type { Link } from './broker/read';
import type { Presence } from '../net/protocol';

/** Who moved is said to move for so many seconds after the fix. */
export const MOVING_FOR = 180;
/** Who stood still is said to stand still for so many seconds: that changes less. */
export const STILL_FOR = 900;
/** Slower than this is standing still with a nervous receiver. km/h. */
export const MOVES_FROM = 3;
/** The two ages are told apart when they differ by so many seconds. */
export const APART = 60;

/** The brokers as people are to take them, by name. */
export interface Feeds {
  /** Those that are lost, and the time of the newest that came over them; epoch seconds. */
  readonly lost: ReadonlyMap<string, number | undefined>;
  /** Nothing comes in at all: every broker is lost. */
  readonly dark: boolean;
  /** The newest of those times, when nothing comes in at all. */
  readonly asOf: number | undefined;
}

export const ALL_WELL: Feeds = { lost: new Map(), dark: false, asOf: undefined };

/**
 * Whether what came over it is no longer known to be so. Trying to connect changes nothing, and
 * neither does a connection over which nothing came yet.
 */
export function isLost(link: Link): boolean {
  return link.state === 'lost' || link.mute;
}

export function feedsOf(brokers: Iterable<{ readonly id: string; readonly link: Link }>): Feeds {
  const lost = new Map<string, number | undefined>();
  let all = 0;
  let newest: number | undefined;
  for (const { id, link } of brokers) {
    all += 1;
    if (!isLost(link)) continue;
    const asOf = link.heard ?? link.since;
    lost.set(id, asOf);
    if (asOf !== undefined && asOf > (newest ?? -Infinity)) newest = asOf;
  }
  if (lost.size === 0) return ALL_WELL;
  const dark = lost.size === all;
  return { lost, dark, asOf: dark ? newest : undefined };
}

/** Whether two say the same, so that nothing need be drawn anew. */
export function sameFeeds(a: Feeds, b: Feeds): boolean {
  return (
    a.dark === b.dark &&
    a.asOf === b.asOf &&
    a.lost.size === b.lost.size &&
    [...a.lost].every(([id, at]) => b.lost.has(id) && b.lost.get(id) === at)
  );
}

/** What is known of somebody, as far as its age matters. Times in server epoch seconds. */
export interface Known {
  readonly presence: Presence;
  readonly placed: boolean;
  /** km/h, of the fix. */
  readonly speed?: number | undefined;
  /** When the fix was taken. */
  readonly fixed?: number | undefined;
  /** Its broker is lost; since this time nothing is known, if that is known. */
  readonly cut?: { readonly asOf: number | undefined } | undefined;
}

export interface Freshness {
  readonly tone: 'ok' | 'warn' | 'off';
  /** "Moving", "Was moving, 14 min ago", "As of 12:04:10". */
  readonly word: string;
  /** It moves now, as far as anybody knows. */
  readonly moving: boolean;
  /** Position, speed and heading are of now; otherwise they are of the fix. */
  readonly current: boolean;
}

export function freshness(known: Known, now: number): Freshness {
  const moved = (known.speed ?? 0) >= MOVES_FROM;
  const age = known.fixed === undefined ? undefined : Math.max(0, now - known.fixed);
  const current =
    known.presence === 'live' &&
    known.cut === undefined &&
    known.placed &&
    (age ?? 0) <= (moved ? MOVING_FOR : STILL_FOR);
  const old = { moving: false, current: false };
  if (known.cut !== undefined) {
    const { asOf } = known.cut;
    return {
      ...old,
      tone: 'off',
      word: asOf === undefined ? 'Not heard' : `As of ${timeText(asOf, now)}`,
    };
  }
  if (known.presence === 'offline') return { ...old, tone: 'off', word: 'Offline' };
  if (!known.placed) {
    return known.presence === 'live'
      ? { moving: false, current: true, tone: 'ok', word: 'Live' }
      : { ...old, tone: 'warn', word: 'Stale' };
  }
  if (current) {
    return { moving: moved, current: true, tone: 'ok', word: moved ? 'Moving' : 'Still' };
  }
  const was = moved ? 'Was moving' : 'Was still';
  return {
    ...old,
    tone: 'warn',
    word: known.presence === 'stale' ? 'Stale' : `${was}, ${ageText(age ?? 0)} ago`,
  };
}
