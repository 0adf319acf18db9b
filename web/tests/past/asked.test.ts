import { describe, expect, test } from 'vitest';
import { askSummary, readHeat, spanOf, trackFile } from '../../src/past/asked';
import { dayNamed } from '../../src/past/day';
import type { Day } from '../../src/past/day';
import type { Api } from '../../src/net/api';

const DAY = dayNamed('2026-11-18') as Day;
const JANE = 'friend/jane/my phone';

describe('a span', () => {
  test('is of whole days, the chosen one last', () => {
    expect(spanOf(DAY, 1)).toEqual({ start: DAY.start, end: DAY.end - 1 });
    expect(spanOf(DAY, 7).start).toBe(dayNamed('2026-11-12')?.start);
  });

  test('is had as a file of exactly its bounds', () => {
    const file = trackFile(JANE, { start: 10, end: 20 }, 'gpx');
    expect(file).toBe('api/1/history/friend/jane/my%20phone?from=10&to=20&format=gpx');
  });

  test('is summed up by the server; nonsense is no answer', async () => {
    const answers: unknown[] = [
      {
        ok: true, thing: JANE, fixes: 2, doubtful: 0, first: 1, last: 2, distance_m: 5, moving_s: 1,
        top_speed_kmh: null, top_speed_at: null, regions: [], stays: [],
      },
      { ok: true },
    ]; // prettier-ignore
    const asked: unknown[] = [];
    const api = {
      get: (path: string, query: object) => {
        asked.push([path, query]);
        return Promise.resolve(answers.shift());
      },
    } as unknown as Api;
    const found = await askSummary(api, JANE, { start: 10, end: 20 });
    expect(asked).toEqual([['summary/friend/jane/my%20phone', { from: 10, to: 20 }]]);
    expect(found.distance_m).toBe(5);
    expect(found.top_speed_kmh).toBeUndefined();
    await expect(askSummary(api, JANE, { start: 10, end: 20 })).rejects.toThrow('unreadable');
  });
});

describe('heat', () => {
  test('is weighed so that an hour is seen beside a week', () => {
    const [home, work] = readHeat([[48, 2, 10_000], [49, 3, 100], [0, 0, 0], ['x', 1, 2], null]);
    expect(home).toEqual({ lat: 48, lng: 2, weight: 1 });
    expect(work?.weight).toBeCloseTo(0.1);
    expect(readHeat({})).toEqual([]);
  });
});
