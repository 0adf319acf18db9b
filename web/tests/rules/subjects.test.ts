import { describe, expect, test } from 'vitest';
import { numbersIn } from '../../src/things/rules/numbers';
import { chosenIn, mayBeIn, nameIn, subjectsOf } from '../../src/things/rules/subjects';
import type { Known } from '../../src/things/rules/subjects';
import { countryHere, dayPreset, withPreset } from '../../src/things/rules/hours';
import { shownAs, unitsFor } from '../../src/things/rules/units';

const known: Known = new Map([
  ['friend/jane/phone', { name: 'Jane', qualifier: 'phone' }],
  ['friend/jane/watch', { name: 'Jane', qualifier: 'watch' }],
  ['friend/bob/phone', { name: 'Bob', qualifier: '' }],
  ['probot/ProBot1', { name: 'ProBot 1' }],
]);

describe('who can be chosen', () => {
  test('are people with their devices, by name, and what the rule names and is gone', () => {
    const found = subjectsOf('friend', known, ['friend/kim', 'friend/jane']);
    expect(found.map(({ word, name, missing }) => [word, name, missing])).toEqual([
      ['friend/bob', 'Bob', undefined],
      ['friend/jane', 'Jane', undefined],
      ['friend/kim', 'kim', true],
    ]);
    expect(found[1]?.inner.map(({ word, name }) => [word, name])).toEqual([
      ['friend/jane/phone', 'phone'],
      ['friend/jane/watch', 'watch'],
    ]);
    expect(found[0]?.inner).toEqual([]);
  });

  test('are ticked by their own word, their only device, or something wider', () => {
    const [bob, jane] = subjectsOf('friend', known, []);
    if (!bob || !jane) throw new Error('nobody');
    expect(chosenIn(['friend/bob/phone'], bob)).toBe('yes');
    expect(chosenIn(['friend/jane/phone'], jane)).toBe('no');
    expect(chosenIn(['friend'], jane)).toBe('wider');
    const [phone] = jane.inner;
    expect(phone && chosenIn(['friend/jane'], phone)).toBe('wider');
  });

  test('are called as their things are', () => {
    expect(nameIn(known, 'friend/jane')).toBe('Jane');
    expect(nameIn(known, 'probot/ProBot1')).toBe('ProBot 1');
    expect(nameIn(known, 'friend/kim/phone')).toBe('phone');
  });

  test('may be in shared places and in those of their own phone', () => {
    const phone = { sort: 'phone', owner: 'friend/jane/phone' } as const;
    expect(mayBeIn(['friend/jane'], phone)).toBe(true);
    expect(mayBeIn(['friend'], phone)).toBe(true);
    expect(mayBeIn(['friend/bob'], phone)).toBe(false);
    expect(mayBeIn(['friend/bob'], { sort: 'shared' })).toBe(true);
  });
});

describe('the numbers of a topic', () => {
  test('are the payload, or those in its JSON', () => {
    expect(numbersIn(' 21.5 ')).toEqual([{ value: 21.5 }]);
    expect(numbersIn('{"a":1,"b":{"c":[2,"x",{"d":3}]},"e":"4"}')).toEqual([
      { field: 'a', value: 1 },
      { field: 'b.c.0', value: 2 },
      { field: 'b.c.2.d', value: 3 },
    ]);
  });

  test('are none in what is no number, cut off, or very deep', () => {
    expect(numbersIn('on')).toEqual([]);
    expect(numbersIn('{"a":1,')).toEqual([]);
    expect(numbersIn('')).toEqual([]);
    expect(numbersIn('[[[[[[[1]]]]]]]')).toEqual([]);
    expect(numbersIn(JSON.stringify(Array.from({ length: 500 }, (_, n) => n)))).toHaveLength(40);
  });
});

describe('sets of days', () => {
  test('are known again', () => {
    for (const preset of ['any', 'school', 'weekdays', 'weekend'] as const) {
      const part = withPreset({ holidays: 'also' }, preset, 'DE');
      expect(dayPreset({ holidays: 'also', ...part } as never)).toBe(preset);
    }
    expect(dayPreset({ holidays: 'only' })).toBe('own');
    expect(dayPreset({ holidays: 'also', days: [0, 5] })).toBe('own');
  });

  test('know the country by the zone, else by the language', () => {
    expect(countryHere('de', 'Europe/Vienna')).toBe('AT');
    expect(countryHere('en-US', 'America/Chicago')).toBe('US');
    expect(countryHere('en', 'UTC')).toBeUndefined();
    expect(withPreset({ holidays: 'not', country: 'DE-BY' }, 'school', 'AT').country).toBe('DE-BY');
  });
});

test('a threshold is typed in the unit in which it is short', () => {
  const times = unitsFor('time', 'metric');
  expect(shownAs(times, 45).id).toBe('s');
  expect(shownAs(times, 90).id).toBe('min');
  expect(shownAs(times, 5400).id).toBe('h');
  expect(shownAs(times, 0).id).toBe('s');
  expect(unitsFor('speed', 'imperial')[0]?.factor).toBeCloseTo(1.609);
});
