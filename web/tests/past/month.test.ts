import { describe, expect, test } from 'vitest';
import { dayNamed } from '../../src/past/day';
import type { Day } from '../../src/past/day';
import { daysOn, monthBeside, monthOf, weeksOf } from '../../src/past/month';

const day = (name: string) => dayNamed(name) as Day;

describe('a month', () => {
  test('has its neighbours, over the year too', () => {
    expect(monthOf(day('2026-11-18'))).toBe('2026-11');
    expect(monthBeside('2026-12', 1)).toBe('2027-01');
    expect(monthBeside('2026-01', -1)).toBe('2025-12');
  });

  test.each(['2026-02', '2026-03', '2026-10', '2026-11', '2028-02'])(
    '%s has each day once',
    (month) => {
      const weeks = weeksOf(month);
      const days = weeks.flat().filter((one) => one !== null);
      const [year, number] = month.split('-').map(Number);
      expect(days).toHaveLength(new Date(year ?? 0, number ?? 0, 0).getDate());
      expect(days.every((one, n) => n === 0 || one.start === days[n - 1]?.end)).toBe(true);
      for (const week of weeks) {
        expect(week).toHaveLength(7);
        week.forEach((one, column) => {
          if (one) expect((new Date(one.start * 1000 + 43_200_000).getDay() + 6) % 7).toBe(column);
        });
      }
    },
  );

  test('is walked through by days of the calendar', () => {
    expect(daysOn(day('2026-10-24'), 2).name).toBe('2026-10-26');
    expect(daysOn(day('2026-03-30'), -30).name).toBe('2026-02-28');
    expect(daysOn(day('2026-12-31'), 1).name).toBe('2027-01-01');
  });
});
