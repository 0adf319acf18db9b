import { describe, expect, test } from 'vitest';
import { ageParts, ageText, fineAgeText, spanText, timeText } from '../src/app/ages';
import { ServerClock } from '../src/app/clock';
import { brief, bytes, compass, grouped, length, position, speed } from '../src/ui/numbers';
import { Gazetteer } from '../src/map/gazetteer';
import { colourOf, initialsOf, plain } from '../src/things/names';

test.each([
  [-3, '0 s'],
  [0, '0 s'],
  [0.9, '0 s'],
  [59.9, '59 s'],
  [60, '1 min'],
  [47 * 60 + 59, '47 min'],
  [3600, '1 h'],
  [47 * 3600, '47 h'],
  [48 * 3600, '2 d'],
])('an age of %f seconds is "%s": never younger than it is', (seconds, words) => {
  expect(ageText(seconds)).toBe(words);
});

test('an age comes apart into figure and unit', () => {
  expect(ageParts(125)).toEqual(['2', 'min']);
});

test('a small age is told to a tenth of a second', () => {
  expect(fineAgeText(0.14)).toBe('0.1 s');
  expect(fineAgeText(40)).toBe('40 s');
});

test.each([
  [0, '0 s'],
  [63, '1 min 3 s'],
  [7200, '2 h'],
  [12 * 86400 + 4 * 3600 + 59, '12 d 4 h'],
])('a span of %i seconds is "%s"', (seconds, words) => {
  expect(spanText(seconds)).toBe(words);
});

test('a time of another day says which day', () => {
  const noon = new Date(2026, 10, 21, 12, 0, 5).getTime() / 1000;
  expect(timeText(noon, noon + 3600)).toBe('12:00:05');
  expect(timeText(noon - 86400, noon)).toBe('20 Nov 12:00');
});

describe('the server’s clock', () => {
  test('makes ages independent of this computer’s clock', () => {
    const clock = new ServerClock(() => 1_000_000);
    clock.heard(5_000_000);
    expect(clock.seconds()).toBe(5000);
  });

  test('a frame that was long under way does not set it back', () => {
    const clock = new ServerClock(() => 1_000_000);
    clock.heard(1_000_100);
    clock.heard(999_000);
    expect(clock.offset).toBe(100);
  });

  test('follows a server that really was set back', () => {
    const clock = new ServerClock(() => 1_000_000);
    clock.heard(2_000_000);
    for (let beat = 0; beat < 8; beat++) clock.heard(1_500_000);
    expect(clock.offset).toBe(500_000);
  });
});

test('speeds and lengths come in both systems of units', () => {
  expect(speed(287.4, 'metric')).toEqual({ value: '287', unit: 'km/h' });
  expect(speed(100, 'imperial')).toEqual({ value: '62', unit: 'mph' });
  expect(length(41, 'metric')).toEqual({ value: '41', unit: 'm' });
  expect(length(12_345, 'metric')).toEqual({ value: '12.3', unit: 'km' });
  expect(length(1000, 'imperial')).toEqual({ value: '3,281', unit: 'ft' });
});

test.each([
  [0, 'N'],
  [24, 'NNE'],
  [359, 'N'],
  [-90, 'W'],
  [180, 'S'],
])('a course of %i° is %s', (degrees, point) => {
  expect(compass(degrees)).toBe(point);
});

test('a position names its hemispheres', () => {
  expect(position(-33.8688, 151.2093)).toBe('33.8688° S, 151.2093° E');
});

test('counts and sizes are easy to read', () => {
  expect(grouped(1214)).toBe('1,214');
  expect([812, 5012, 9990, 12_400].map((n) => brief(n))).toEqual(['812', '5.0K', '10K', '12K']);
  expect(bytes(214)).toBe('214 B');
  expect(bytes(3921)).toBe('3.9 kB');
});

test.each([
  ['Amara Okafor', 'AO'],
  ['jane', 'JA'],
  ['Juan Carlos de la Vega', 'JV'],
  ['élodie', 'ÉL'],
  ['🦊', '?'],
  ['', '?'],
])('the initials of %j are %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

test('everybody keeps their colour, and it is one of eight', () => {
  for (const name of ['jane', 'bob', '', '🦊', 'a much longer name than usual']) {
    expect(colourOf(name)).toMatch(/^c[1-8]$/);
    expect(colourOf(name)).toBe(colourOf(name));
  }
});

test('what is searched has no accents and no capitals', () => {
  expect(plain('TOMÁS Çelik')).toBe('tomas celik');
});

describe('town names', () => {
  // As towns.plugin.ts writes it: from south to north, latitude as a step.
  const towns = new Gazetteer(
    ['Suva|-1814|17844|16', 'Lille|6877|306|18', 'Seclin|-8|303|14', 'Roubaix|14|317|17'].join(
      '\n',
    ),
  );

  test('in the middle of a town it is the town', () => {
    expect(towns.name(50.63, 3.06)).toBe('Lille');
  });

  test('outside of one it is near it', () => {
    expect(towns.name(50.5, 3.3)).toBe('near Lille');
  });

  test('far from all of them there is no name', () => {
    expect(towns.name(48, 3)).toBeNull();
  });

  test('the date line is no border', () => {
    expect(towns.name(-18.14, 178.6)).toBe('near Suva');
    expect(new Gazetteer('Edge|0|17995|14').name(0.05, -179.98)).toBe('near Edge');
  });
});
