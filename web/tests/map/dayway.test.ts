import { expect, test } from 'vitest';
import { restOf, wayOf } from '../../src/pages/map/dayway';

const spot = (at: number) => ({ lng: at / 10, lat: 50, at });
const DAY = [10, 20, 30].map(spot);
const times = (spots: readonly { at: number }[]) => spots.map(({ at }) => at);

test('up to a moment of the past and after it, the two lines are one', () => {
  expect(times(wayOf(DAY, 20, [spot(99)]))).toEqual([10, 20]);
  expect(times(restOf(DAY, 20))).toEqual([20, 30]);
  expect(times(restOf(DAY, 25))).toEqual([20, 30]);
});

test('before the first fix all of the day is to come, after the last nothing', () => {
  expect(wayOf(DAY, 5, [])).toEqual([]);
  expect(times(restOf(DAY, 5))).toEqual([10, 20, 30]);
  expect(restOf(DAY, 30)).toEqual([]);
  expect(restOf([], 30)).toEqual([]);
});

test('now there is no rest, and what was seen since is added once', () => {
  expect(times(wayOf(DAY, null, [spot(30), spot(31)]))).toEqual([10, 20, 30, 31]);
  expect(restOf(DAY, null)).toEqual([]);
});
