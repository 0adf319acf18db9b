import { describe, expect, test } from 'vitest';
import { beside, clockOn, dayNamed, dayOf, sameClock } from '../../src/past/day';

const NOON = new Date(2026, 10, 18, 12).getTime() / 1000;

describe('a day', () => {
  test('begins and ends at midnight by the calendar of whoever looks', () => {
    const day = dayOf(NOON);
    expect(day.name).toBe('2026-11-18');
    expect(new Date(day.start * 1000).getHours()).toBe(0);
    expect(dayOf(day.end).name).toBe('2026-11-19');
    expect(dayOf(day.end - 1).name).toBe('2026-11-18');
  });

  test.each([-1, 1] as const)('has a neighbour %i on', (step) => {
    const day = dayOf(NOON);
    expect(beside(day, step).name).toBe(step > 0 ? '2026-11-19' : '2026-11-17');
    expect(beside(beside(day, step), step > 0 ? -1 : 1)).toEqual(day);
  });

  test('is found by its name, and what is no day is none', () => {
    expect(dayNamed('2026-11-18')).toEqual(dayOf(NOON));
    for (const no of ['', '2026-02-30', '2026-1-1', 'yesterday', '2026-13-01']) {
      expect(dayNamed(no)).toBeNull();
    }
  });

  test('is looked at by the clock', () => {
    const day = dayOf(NOON);
    expect(clockOn(day, '12:00')).toBe(NOON);
    expect(clockOn(day, '12:00:07')).toBe(NOON + 7);
    for (const no of ['', '25:00', '12:60', 'noon', '1:00']) expect(clockOn(day, no)).toBeNull();
    expect(sameClock(dayOf(NOON - 86_400), NOON + 5)).toBe(NOON - 86_400 + 5);
    expect(sameClock(day, NOON - 86_400 * 200)).toBe(NOON);
  });
});
