import { expect, test } from 'vitest';
import { readPlace } from '../src/app/address';
import { payloadText } from '../src/pages/rewind/answer';
import { bounds, seriesOf, withPart } from '../src/pages/rewind/curves';
import type { CurvePart } from '../src/pages/rewind/curves';

function part(rows: readonly (readonly [number, number, number, number, number])[]): CurvePart {
  return {
    ok: true,
    broker: 'main',
    topic: 'a',
    field: '',
    step: 60,
    buckets: rows.map((row) => row[0]),
    low: rows.map((row) => row[1]),
    high: rows.map((row) => row[2]),
    last: rows.map((row) => row[3]),
    at: rows.map((row) => row[4]),
    messages: rows.length,
    numbers: rows.length,
    complete: false,
    reached: 0,
  };
}

test('parts of a curve fit, also where both have a bucket', () => {
  const first = withPart(
    new Map(),
    part([
      [0, 1, 5, 2, 100],
      [2, 3, 3, 3, 220],
    ]),
  );
  const whole = withPart(
    first,
    part([
      [2, -1, 9, 4, 230],
      [1, 7, 7, 7, 170],
    ]),
  );
  expect(seriesOf(whole)).toEqual({
    at: [100, 170, 230],
    values: { last: [2, 7, 4], low: [1, 7, -1], high: [5, 7, 9] },
  });
  expect(bounds(whole)).toEqual([-1, 9]);
  expect(bounds(new Map())).toBeNull();
});

test('an older number of a bucket is not its last one', () => {
  const newer = withPart(new Map(), part([[0, 1, 1, 1, 200]]));
  expect(seriesOf(withPart(newer, part([[0, 2, 2, 2, 150]]))).values['last']).toEqual([1]);
});

test('a payload that is no text is shown in hex', () => {
  expect(payloadText({ payload: 'on' })).toBe('on');
  expect(payloadText({ base64: '/wA=' })).toBe('ff 00');
  expect(payloadText({})).toBe('');
});

test('the topics have a short address', () => {
  const at = Date.parse('2026-11-29T17:04:00Z') / 1000;
  expect(readPlace('#topics?at=2026-11-29T17:04:00Z')).toEqual({
    section: 'broker',
    tab: 'topics',
    at,
  });
  expect(readPlace('#topics')).toEqual({ section: 'broker', tab: 'topics' });
});
