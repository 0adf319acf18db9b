/** Numbers and times by several customs; all pure. */
import { describe, expect, test } from 'vitest';
import { hour12Of, isZone, unitsOf } from '../../src/ui/customs';
import type { Customs } from '../../src/ui/customs';
import { brief, bytes, fixed, grouped, inOneLine, length, speed, way } from '../../src/ui/numbers';
import { axisText, clockText, dateText, longDayText, sameDay, timeText } from '../../src/ui/times';
import { weekdayTexts, zoneText } from '../../src/ui/times';
import { atWall, wallOf } from '../../src/ui/zone';
import { scaleBar } from '../../src/map/scale';

const by = (locale: string, part: Partial<Customs> = {}): Customs => ({
  locale,
  units: 'metric',
  hour12: false,
  zone: 'UTC',
  ...part,
});
/** Tuesday 17 November 2026, 14:32:08 UTC. */
const AT = Date.UTC(2026, 10, 17, 14, 32, 8) / 1000;
const NEXT_DAY = AT + 86_400;

/** Some locales have spaces of their own kinds. */
const plain = (text: string) => text.replace(/\s/g, ' ');

test.each([
  ['en-IE', false, '14:32:08', '17 Nov 14:32', 'Tuesday 17 November 2026'],
  ['en-US', true, '2:32:08 PM', 'Nov 17 2:32 PM', 'Tuesday, November 17, 2026'],
  ['de-DE', false, '14:32:08', '17. Nov. 14:32', 'Dienstag, 17. November 2026'],
  ['fr-FR', false, '14:32:08', '17 nov. 14:32', 'mardi 17 novembre 2026'],
  ['nl-NL', false, '14:32:08', '17 nov 14:32', 'dinsdag 17 november 2026'],
])('times in %s', (locale, hour12, clock, before, day) => {
  const customs = by(locale, { hour12 });
  expect(plain(clockText(AT, customs))).toBe(clock);
  expect(plain(timeText(AT, NEXT_DAY, customs))).toBe(before);
  expect(plain(longDayText(AT, customs))).toBe(day);
});

test('a day of another year says which', () => {
  expect(dateText(AT, AT + 366 * 86_400, by('en-IE'))).toBe('17 Nov 2026');
  expect(dateText(AT, NEXT_DAY, by('en-IE'))).toBe('17 Nov');
});

test('a chosen zone has its own clocks, days and names', () => {
  const tokyo = by('en-IE', { zone: 'Asia/Tokyo' });
  expect(clockText(AT, tokyo)).toBe('23:32:08');
  expect(sameDay(AT, AT + 3600, 'UTC')).toBe(true);
  expect(sameDay(AT, AT + 3600, 'Asia/Tokyo')).toBe(false);
  expect(zoneText(AT, tokyo).long).toBe('Japan Standard Time');
  expect(axisText(AT, 3600, tokyo)).toBe('23:32');
  expect(weekdayTexts(by('de-DE')).map(({ long }) => long)[0]).toBe('Montag');
});

describe('clocks on the wall', () => {
  const zone = 'Europe/Berlin';
  const wall = (month: number, day: number, hour: number, minute = 0) => ({
    ...{ year: 2026, month, day, hour, minute, second: 0 },
  });

  test('and back', () => {
    for (let hour = 0; hour < 24 * 365; hour += 7) {
      const at = AT + hour * 3600;
      expect(atWall(wallOf(at, zone), zone)).toBe(at);
    }
  });

  test('a time that is left out is as much later, one that comes twice is the first', () => {
    expect(wallOf(atWall(wall(3, 29, 2, 30), zone), zone)).toEqual(wall(3, 29, 3, 30));
    expect(atWall(wall(10, 25, 2, 30), zone)).toBe(Date.UTC(2026, 9, 25, 0, 30) / 1000);
  });

  test('a day may be out of range', () => {
    expect(wallOf(atWall(wall(11, 31, 0), zone), zone)).toEqual(wall(12, 1, 0));
  });
});

test('units by the region of the locale', () => {
  expect(['en', 'en-US', 'en-GB', 'de-DE', 'es-MX'].map(unitsOf)).toEqual([
    ...['metric', 'imperial', 'imperial', 'metric', 'metric'],
  ]);
  expect(['en-US', 'en-GB', 'de-DE', 'fr-CA'].map(hour12Of)).toEqual([true, false, false, false]);
  expect(['Europe/Berlin', 'Mars/Olympus', ''].map(isZone)).toEqual([true, false, false]);
});

test('numbers with their units', () => {
  const german = by('de-DE');
  const line = (figure: Parameters<typeof inOneLine>[0]) => plain(inOneLine(figure));
  expect(grouped(1234.5, german)).toBe('1.234,5');
  expect(fixed(4.3, 2, german)).toBe('4,30');
  expect(line(speed(87.6, 'metric', german))).toBe('88 km/h');
  expect(line(speed(87.6, 'imperial', by('en-US')))).toBe('54 mph');
  expect(line(length(12, 'imperial', by('en-US')))).toBe('39 ft');
  expect(line(way(4321, 'metric', german))).toBe('4,3 km');
  expect(line(way(4321, 'imperial', by('en-GB')))).toBe('2.7 mi');
  expect(plain(bytes(3921, by('fr-FR')))).toBe('3,9 ko');
  expect(brief(12_400, by('en-IE'))).toBe('12K');
});

test('the scale bar goes by the units', () => {
  expect(scaleBar(10, 'metric').text).toBe('1 km');
  expect(scaleBar(10, 'imperial').text).toBe('2,000 ft');
  expect(scaleBar(100, 'imperial').text).toBe('5 mi');
});
