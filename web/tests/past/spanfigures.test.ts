import { describe, expect, test } from 'vitest';
import { askHeat, askSummary, hideStretch, spanOf, trackFile } from '../../src/past/spanfigures';
import { dayNamed } from '../../src/past/day';
import type { Day } from '../../src/past/day';
import { apiOver } from '../../src/net/api';

const DAY = dayNamed('2026-11-18') as Day;
const JANE = 'friend/jane/my phone';
const SPAN = { start: 10, end: 20 };

/** The server, as far as it is asked here. */
function answering(...answers: unknown[]) {
  const asked: unknown[] = [];
  const api = apiOver({
    json(method, path, fields) {
      asked.push([method, path, ...(fields === undefined ? [] : [fields])]);
      return Promise.resolve(answers.shift());
    },
    file: () => Promise.reject(new Error('no file')),
  });
  return { api, asked };
}

describe('a span', () => {
  test('is of whole days, the chosen one last', () => {
    expect(spanOf(DAY, 1)).toEqual({ start: DAY.start, end: DAY.end - 1 });
    expect(spanOf(DAY, 7).start).toBe(dayNamed('2026-11-12')?.start);
  });

  test('is had as a file of exactly its bounds', () => {
    const file = trackFile(JANE, SPAN, 'gpx');
    expect(file).toBe('api/1/history/friend/jane/my%20phone?from=10&to=20&format=gpx');
  });

  test('is summed up by the server; nonsense is no answer', async () => {
    const said = {
      ...{ ok: true, thing: JANE, fixes: 2, doubtful: 0, first: 1, last: 2 },
      ...{ distance_m: 5, moving_s: 1, top_speed_kmh: null, top_speed_at: null },
      ...{ regions: [], stays: [] },
    };
    const { api, asked } = answering(said, { ok: true });
    const found = await askSummary(api, JANE, SPAN);
    expect(asked).toEqual([['GET', 'summary/friend/jane/my%20phone?from=10&to=20']]);
    expect(found.distance_m).toBe(5);
    expect(found.top_speed_kmh).toBeUndefined();
    await expect(askSummary(api, JANE, SPAN)).rejects.toThrow('unreadable');
  });

  test('is hidden whole', async () => {
    const { api, asked } = answering({ ok: true, hidden: 7, undo: 'x' });
    expect(await hideStretch(api, JANE, SPAN)).toBe(7);
    expect(asked).toEqual([['POST', 'hide/friend/jane/my%20phone', { from: 10, to: 20 }]]);
  });
});

describe('heat', () => {
  test('is weighed so that an hour is seen beside a week', async () => {
    const cells = [
      { lat: 48, lon: 2, seconds: 10_000 },
      { lat: 49, lon: 3, seconds: 100 },
    ];
    const answer = { ok: true, thing: JANE, seconds: 10_100, cell_m: 19 };
    const { api } = answering({ ...answer, cells }, { ...answer, cells: [] });
    const [home, work] = await askHeat(api, JANE, SPAN);
    expect(home).toEqual({ lat: 48, lng: 2, weight: 1 });
    expect(work?.weight).toBeCloseTo(0.1);
    expect(await askHeat(api, JANE, SPAN)).toEqual([]);
  });
});
