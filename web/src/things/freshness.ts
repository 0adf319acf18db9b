/**
 * What may be said of a thing, by how old our knowledge of it is. There are two ages, and they are
 * kept apart: that of the fix (where it was then) and that of the contact (when anything was heard
 * of it). And there are two links that news come over, ours to the server and the server's to a
 * broker: what came over a lost one is as of the last news it brought, until it brings news again.
 *
 * All words of the page about this are made of what `freshness` answers (`freshnesstext.ts`).
 */
import type { Presence } from '../net/protocol';
import type { Links } from './links';
import { cutOf } from './links';

/** What moved is said to move for so many seconds after the fix. */
export const MOVING_FOR = 180;
/** What stood still is said to stand still for so many seconds: that changes less. */
export const STILL_FOR = 900;
/** Speed and heading of then are told for so many seconds after the fix, and then withheld. */
export const FIGURES_FOR = 3600;
/** Slower than this is status still with a nervous receiver. km/h. */
export const MOVES_FROM = 3;
/** The two ages are told apart when they differ by so many seconds. */
export const APART = 60;

/** What is known of a thing, as far as its age matters. Times in server epoch seconds. */
export interface Known {
  /** What the server found by the timeouts of its kind, and by wills. */
  readonly presence: Presence;
  /** It has a position. */
  readonly placed: boolean;
  /** km/h, of the fix. */
  readonly speed?: number | undefined;
  /** When the fix was taken. */
  readonly fixed?: number | undefined;
  /** When anything was heard of it last. */
  readonly heard?: number | undefined;
  /** The way its news came: a broker by its name, or `http`; absent: the first broker. */
  readonly source?: string | undefined;
}

/**
 * | status | what is so                                                             |
 * |----------|------------------------------------------------------------------------|
 * | moving   | it moves, by a fix of now                                              |
 * | still    | it stands still, by a fix of now                                       |
 * | live     | it is heard, and has no position                                       |
 * | moved    | it moved at its last fix, which is old                                 |
 * | stood    | it stood still at its last fix, which is old                           |
 * | silent   | it has no fix with a time, and was not heard for longer than usual     |
 * | offline  | it was not heard for long, or its connection broke                     |
 * | never    | it was never heard                                                     |
 * | cut      | a link that its news come over is lost: nothing is known of it now     |
 */
export type FreshStatus =
  'moving' | 'still' | 'live' | 'moved' | 'stood' | 'silent' | 'offline' | 'never' | 'cut';

export interface Freshness {
  readonly status: FreshStatus;
  /** How it is drawn and counted: live is only what is of now. */
  readonly presence: Presence;
  /** Position, speed and heading are of now; otherwise they are of the fix. */
  readonly current: boolean;
  /** It moves now, as far as anybody knows. */
  readonly moving: boolean;
  /** How speed and heading are told. */
  readonly figures: 'now' | 'then' | 'withheld';
  readonly tone: 'ok' | 'warn' | 'off';
  /** Seconds since the fix, and since the last contact. */
  readonly fixAge: number | undefined;
  readonly contactAge: number | undefined;
  /** Of what is cut: the time that all of this is of. */
  readonly asOf: number | undefined;
  /** Of what is of now: until when, if nothing more is heard; absent: until the server says so. */
  readonly until: number | undefined;
}

const TONES: Readonly<Record<FreshStatus, Freshness['tone']>> = {
  moving: 'ok',
  still: 'ok',
  live: 'ok',
  moved: 'warn',
  stood: 'warn',
  silent: 'warn',
  offline: 'off',
  never: 'off',
  cut: 'off',
};

/** Say what may be said of a thing at `now`, under these links. */
export function freshness(known: Known, links: Links, now: number): Freshness {
  const fixAge = ageOf(known.fixed, now);
  const moved = (known.speed ?? 0) >= MOVES_FROM;
  const cut = cutOf(known.source, links);
  const status = statusOf(known, moved, fixAge, cut !== undefined);
  const current = status === 'moving' || status === 'still' || status === 'live';
  return {
    status,
    presence: current ? 'live' : known.presence === 'offline' ? 'offline' : 'stale',
    current,
    moving: status === 'moving',
    figures: current ? 'now' : (fixAge ?? Infinity) <= FIGURES_FOR ? 'then' : 'withheld',
    tone: TONES[status],
    fixAge,
    contactAge: ageOf(known.heard, now),
    asOf: cut?.asOf,
    until:
      current && known.placed && known.fixed !== undefined
        ? known.fixed + (moved ? MOVING_FOR : STILL_FOR)
        : undefined,
  };
}

function statusOf(
  { presence, placed, fixed, heard }: Known,
  moved: boolean,
  fixAge: number | undefined,
  cut: boolean,
): FreshStatus {
  if (presence === 'offline' && fixed === undefined && heard === undefined) return 'never';
  if (cut) return 'cut';
  if (presence === 'offline') return 'offline';
  if (!placed) return presence === 'live' ? 'live' : 'silent';
  if (presence === 'live' && (fixAge ?? 0) <= (moved ? MOVING_FOR : STILL_FOR)) {
    return moved ? 'moving' : 'still';
  }
  if (fixAge === undefined) return 'silent';
  return moved ? 'moved' : 'stood';
}

/** Of a time that is still to come, by a clock that is ahead, the age is none. */
function ageOf(at: number | undefined, now: number): number | undefined {
  return at === undefined ? undefined : Math.max(0, now - at);
}

/** Whether the two ages are to be told apart: it was heard since, but sent no newer position. */
export function agesDiffer({ current, fixAge, contactAge }: Freshness): boolean {
  return (
    !current && fixAge !== undefined && contactAge !== undefined && fixAge - contactAge >= APART
  );
}
