import { describe, expect, test } from 'vitest';
import { Denied } from '../../src/net/api';
import { apiOf } from '../fakes';
import { askStored, before, pointsIn } from '../../src/things/probots/drive/storedhours';

describe('the stored hours', () => {
  test('are in order, and what is no figure is no point', () => {
    const data = [{ tst: 3, batt: 50 }, { tst: 1, batt: 52 }, { tst: 2 }, { batt: 1 }];
    expect(pointsIn(data, 'batt')).toEqual([
      { at: 1, value: 52 },
      { at: 3, value: 50 },
    ]);
  });

  test('end where the live points begin', () => {
    const stored = [1, 2, 3].map((at) => ({ at, value: at }));
    expect(before(stored, [{ at: 2.5, value: 9 }]).map((point) => point.at)).toEqual([1, 2, 2.5]);
    expect(before(stored, [])).toEqual(stored);
    expect(before([], stored)).toEqual(stored);
  });

  test('of a robot are told also to whoever may not see the broker', async () => {
    const asked: string[] = [];
    const api = apiOf((_method, path) => {
      asked.push(path.replace(/\?.*/, ''));
      const data = [
        { tst: 1, batt: 50, rtt: 12 },
        { tst: 2, batt: 'full' },
      ];
      return path.startsWith('history/broker')
        ? Promise.reject(new Denied('unknown', 'no'))
        : Promise.resolve({ thing: 'probot/ProBot1', sort: 'state', data, count: 2 });
    });
    expect(await askStored(api, 'ProBot1', 'main', 100_000)).toEqual({
      battery: [{ at: 1, value: 50 }],
      latency: [{ at: 1, value: 12 }],
      trip: [],
    });
    expect(asked).toEqual(['history/probot/ProBot1', 'history/broker/main']);
  });
});
