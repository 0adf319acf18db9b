import { describe, expect, test } from 'vitest';
import { dayOf } from '../../src/past/day';
import {
  SHORTEST,
  arrowStep,
  holding,
  isWhole,
  lengthOf,
  pageStep,
  shareIn,
  stepped,
  ticksOf,
  timeIn,
  zoomed,
} from '../../src/past/stretch';
import type { Stretch } from '../../src/past/stretch';

const NOON = new Date(2026, 10, 18, 12).getTime() / 1000;
const DAY = dayOf(NOON);
const HOUR = 3600;

describe('zooming', () => {
  test('keeps the time under the pointer where it is', () => {
    let stretch: Stretch = DAY;
    const at = NOON + 1234;
    for (let n = 0; n < 12; n += 1) {
      const before = shareIn(stretch, at);
      stretch = zoomed(stretch, DAY, 0.7, at);
      expect(shareIn(stretch, at)).toBeCloseTo(before, 6);
    }
  });

  test('ends at ten minutes, and at the day', () => {
    const near = zoomed(DAY, DAY, 1e-6, NOON);
    expect(lengthOf(near)).toBe(SHORTEST);
    const far = zoomed(near, DAY, 1e6, NOON);
    expect(far).toEqual({ start: DAY.start, end: DAY.end });
    expect(isWhole(far, DAY)).toBe(true);
  });

  test('never leaves the day, wherever one zooms', () => {
    for (const around of [DAY.start, DAY.end, NOON]) {
      for (const factor of [0.01, 0.3, 3, 100]) {
        const { start, end } = zoomed({ start: NOON, end: NOON + HOUR }, DAY, factor, around);
        expect(start).toBeGreaterThanOrEqual(DAY.start);
        expect(end).toBeLessThanOrEqual(DAY.end + 1e-6);
      }
    }
  });

  test('by steps goes from the day over an hour to ten minutes, and back', () => {
    const lengths: number[] = [];
    let stretch: Stretch = DAY;
    for (let n = 0; n < 4; n += 1) {
      stretch = stepped(stretch, DAY, true, NOON);
      lengths.push(lengthOf(stretch));
    }
    expect(lengths).toEqual([6 * HOUR, HOUR, 600, 600]);
    for (let n = 0; n < 4; n += 1) stretch = stepped(stretch, DAY, false, NOON);
    expect(stretch).toEqual({ start: DAY.start, end: DAY.end });
  });
});

describe('a stretch', () => {
  test('stays while the moment is in it, and comes along when it leaves', () => {
    const hour = { start: NOON, end: NOON + HOUR };
    expect(holding(hour, DAY, NOON + 1)).toEqual(hour);
    const on = holding(hour, DAY, NOON + HOUR);
    expect(shareIn(on, NOON + HOUR)).toBeCloseTo(0.1);
    const back = holding(hour, DAY, NOON - 1);
    expect(shareIn(back, NOON - 1)).toBeCloseTo(0.9);
    expect(holding(hour, DAY, DAY.end - 1).end).toBe(DAY.end);
  });

  test('of another day comes over to this one', () => {
    const other = dayOf(NOON - 86_400);
    const moved = holding({ start: NOON, end: NOON + HOUR }, other, NOON - 86_400);
    expect(moved.start).toBeGreaterThanOrEqual(other.start);
    expect(lengthOf(moved)).toBe(HOUR);
  });

  test('is walked along in steps as fine as it is', () => {
    expect([arrowStep(DAY), pageStep(DAY)]).toEqual([60, HOUR]);
    const hour = { start: NOON, end: NOON + HOUR };
    expect([arrowStep(hour), pageStep(hour)]).toEqual([10, 600]);
    const ten = { start: NOON, end: NOON + 600 };
    expect([arrowStep(ten), pageStep(ten)]).toEqual([1, 120]);
    expect(timeIn(ten, 0.5)).toBe(NOON + 300);
  });
});

describe('the marks of the clock', () => {
  test('are few, and say what they stand for', () => {
    expect(ticksOf(DAY, DAY).map(({ text }) => text)).toEqual(['00:00', '06:00', '12:00', '18:00']);
    const hour = ticksOf({ start: NOON, end: NOON + HOUR }, DAY);
    expect(hour.map(({ text }) => text)).toEqual([
      '12:00',
      '12:10',
      '12:20',
      '12:30',
      '12:40',
      '12:50',
    ]);
    expect(hour[0]?.at).toBe(NOON);
    const ten = ticksOf({ start: NOON, end: NOON + 600 }, DAY);
    expect(ten.map(({ text }) => text)).toEqual(['12:00', '12:02', '12:04', '12:06', '12:08']);
  });

  test('are never too many, whatever is shown', () => {
    for (let length = SHORTEST; length < 86_400; length *= 1.3) {
      const marks = ticksOf({ start: DAY.start + 1000, end: DAY.start + 1000 + length }, DAY);
      expect(marks.length).toBeLessThanOrEqual(7);
      if (length < 80_000) expect(marks.length).toBeGreaterThan(1);
    }
  });
});
