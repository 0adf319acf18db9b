/** Curves of numbers in payloads: put together from the parts that the server makes in its time. */
import type { Reply } from '../../net/api';
import type { Series } from '../../things/broker/series';

export type CurvePart = Reply<'GET /topics/curve'>;

/** Of one bucket: the least, the most, the last number and its time. */
interface Bucket {
  readonly low: number;
  readonly high: number;
  readonly last: number;
  readonly at: number;
}

export type Buckets = ReadonlyMap<number, Bucket>;

/** What was known and a part more; a bucket may be in both. */
export function withPart(before: Buckets, part: CurvePart): Buckets {
  const all = new Map(before);
  part.buckets.forEach((number, index) => {
    const low = part.low[index];
    const high = part.high[index];
    const last = part.last[index];
    const at = part.at[index];
    if (low === undefined || high === undefined || last === undefined || at === undefined) return;
    const known = all.get(number);
    all.set(number, {
      low: Math.min(low, known?.low ?? low),
      high: Math.max(high, known?.high ?? high),
      last: known && known.at > at ? known.last : last,
      at: Math.max(at, known?.at ?? at),
    });
  });
  return all;
}

/** As a chart draws it. */
export function seriesOf(buckets: Buckets): Series {
  const rows = [...buckets].sort(([one], [other]) => one - other).map(([, bucket]) => bucket);
  return {
    at: rows.map((row) => row.at),
    values: {
      last: rows.map((row) => row.last),
      low: rows.map((row) => row.low),
      high: rows.map((row) => row.high),
    },
  };
}

/** The least and the most of all. */
export function bounds(buckets: Buckets): readonly [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (const bucket of buckets.values()) {
    low = Math.min(low, bucket.low);
    high = Math.max(high, bucket.high);
  }
  return low <= high ? [low, high] : null;
}
