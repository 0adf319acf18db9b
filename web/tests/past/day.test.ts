import { describe, expect, test } from 'vitest';
import { beside, dayNamed, dayOf, hoursOf, shareOf, timeAt } from '../../src/past/day';

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

  test('is walked along by shares, and never left', () => {
    const day = dayOf(NOON);
    expect(timeAt(day, shareOf(day, NOON))).toBe(NOON);
    expect(timeAt(day, -3)).toBe(day.start);
    expect(timeAt(day, 2)).toBe(day.end);
  });

  test('has its hours', () => {
    expect(hoursOf(dayOf(NOON), 6).map((hour) => hour.text)).toEqual([
      '00:00',
      '06:00',
      '12:00',
      '18:00',
    ]);
    expect(hoursOf(dayOf(NOON), 6)[2]?.at).toBe(NOON);
  });
});
