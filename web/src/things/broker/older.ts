/** Lines of a broker's log from before this page knew any: from the server's store, page by page. */
import type { Api } from '../../net/api';
import type { TrackEntry } from '../../generated';
import type { Read } from '../../net/shape';
import { readLine } from './log';
import type { LogLine } from './log';

/** Lines asked for at once. */
export const PAGE = 500;
/** Pages looked through in one go while few lines are as wanted. */
export const PAGES = 20;
/** So many wanted lines are enough for one go. */
export const ENOUGH = 100;
/** Lines kept of what came from the store. */
export const MOST_OLDER = 50_000;

export interface Older {
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  /** Whether the store has nothing before these. */
  readonly end: boolean;
  /** How far back it was looked, epoch seconds. */
  readonly to?: number;
}

export const NONE_OLDER: Older = { lines: [], end: false };

/**
 * More of them, from before what is known: pages until enough are `wanted`. `before` is the time of
 * the oldest line known otherwise, in epoch seconds.
 */
export async function moreOlder(
  api: Pick<Api, 'get'>,
  broker: string,
  known: Older,
  before: number,
  wanted: (line: LogLine) => boolean,
): Promise<Older> {
  let { lines, end, to = before } = known;
  const keys = new Set(lines.map((line) => line.key));
  let found = 0;
  for (let page = 0; page < PAGES && !end && found < ENOUGH; page++) {
    const asked = { type: 'log', to, last: PAGE };
    const { data } = await api.get('history/{kind}/{id}', { kind: 'broker', id: broker }, asked);
    const read = data
      .map((each) => lineOf(broker, each))
      .filter((line): line is LogLine => line !== null && !keys.has(line.key))
      .sort((a, b) => a.at - b.at || a.n - b.n);
    for (const line of read) keys.add(line.key);
    found += read.filter(wanted).length;
    lines = [...read, ...lines];
    end = data.length < PAGE || lines.length >= MOST_OLDER;
    // Bounds are inclusive: a page of one moment alone must not come for ever.
    to = read.length === 0 ? to - 0.001 : Math.min(to, read[0]?.at ?? to);
  }
  return { lines, end, to };
}

function lineOf(broker: string, told: Read<TrackEntry>): LogLine | null {
  const { tst, n = 0 } = told;
  if (tst === undefined) return null;
  // What the store calls tst is when the server heard the line, as `at` is in the live ones.
  const fields = { ...told, k: 'log', id: `${broker}/${String(n)}`, s: 0, broker, at: tst };
  return readLine(fields);
}
