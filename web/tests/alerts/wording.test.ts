import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { customs } from '../../src/ui/customs';
import {
  alertText,
  endsText,
  statusText,
  toldText,
  whenText,
} from '../../src/things/alerts/wording';
import { alertOf, NOW } from './examples';

const before = customs.value;

afterEach(() => {
  customs.value = before;
});

beforeEach(() => {
  customs.value = { locale: 'en-GB', units: 'metric', hour12: false, zone: 'UTC' };
});

const said = (condition: object, more: object = {}) =>
  alertText(alertOf({ place: undefined, condition, ...more }), 'Jane');

describe('what happened is one sentence', () => {
  test.each([
    [{ type: 'arrives', region: 'r' }, { place: 'School' }, 'Jane arrived at School'],
    [{ type: 'leaves', region: 'r' }, { place: 'School' }, 'Jane left School'],
    [
      { type: 'absent', region: 'r', by: '08:30' },
      { place: 'School' },
      'Jane was not at School by 08:30',
    ],
    [
      { type: 'stays', region: 'r', seconds: 3600 },
      { place: 'Pub', value: 3700 },
      'Jane has been at Pub for 1 h 1 min',
    ],
    [
      { type: 'near', other: 'friend/kim/phone', metres: 200 },
      { place: 'Kim', value: 143.2 },
      'Jane and Kim are 143 m apart',
    ],
    [{ type: 'battery', below: 20 }, { value: 18.6 }, 'The battery of Jane is at 19 %'],
    [
      { type: 'battery', by: '22:00' },
      { value: 31 },
      'The battery of Jane is at 31 % and will be empty before 22:00',
    ],
    [{ type: 'battery', below: 20, by: '22:00' }, { value: 18 }, 'The battery of Jane is at 18 %'],
    [{ type: 'silent', seconds: 600 }, { value: 660 }, 'Nothing has been heard of Jane for 11 min'],
    [
      { type: 'silent' },
      { value: 7200 },
      'Nothing has been heard of Jane for 2 h, which is longer than usual',
    ],
    [
      { type: 'speed', above: 120 },
      { value: 131.4 },
      'Jane moved at 131 km/h, the limit is 120 km/h',
    ],
    [{ type: 'fallen' }, {}, 'Jane has fallen over'],
    [{ type: 'latency', above: 300 }, { value: 812 }, 'Jane answers slowly: after 812 ms'],
    [{ type: 'alarm' }, {}, 'Jane has an alarm'],
    [{ type: 'disconnected' }, {}, 'The connection to Jane is lost'],
    [
      { type: 'flapping', times: 5, seconds: 600 },
      { place: 'shelly-1', value: 6 },
      'shelly-1 lost its connection 6 times within 10 min',
    ],
    [
      { type: 'number', topic: 'cellar/t', above: 25 },
      { value: 27.25 },
      'cellar/t is 27.25, above 25',
    ],
    [
      { type: 'number', topic: 'cellar', field: 'temp', below: 3 },
      { value: 1 },
      'cellar temp is 1, below 3',
    ],
    [{ type: 'number', topic: 'door', changed: true }, { value: 1 }, 'door changed to 1'],
  ])('%o', (condition, more, sentence) => {
    expect(said(condition, more)).toBe(sentence);
  });

  test('in the units and hours of who reads it', () => {
    customs.value = { locale: 'en-US', units: 'imperial', hour12: true, zone: 'UTC' };
    expect(said({ type: 'speed', above: 120 }, { value: 131 })).toContain('81 mph');
    expect(said({ type: 'absent', by: '08:30' }, { place: 'School' })).toMatch(/8:30\sAM$/);
  });

  test('and of a newer server, whose conditions are not known here, in its own words', () => {
    const alert = alertOf({ condition: { type: 'haunted' }, title: 'The attic is haunted' });
    expect(alertText(alert, 'Jane')).toBe('The attic is haunted');
  });
});

describe('around it', () => {
  test('a late one says when it was found out', () => {
    const at = NOW - 3600;
    expect(whenText({ at, late: NOW }, NOW)).toBe('03:15, found out at 04:15');
    expect(whenText({ at: NOW }, NOW)).toBe('04:15');
  });

  test('a lasting one says what ends it', () => {
    const fallen = alertOf({ condition: { type: 'fallen' }, thing: 'probot/ProBot1' });
    expect(endsText(fallen, 'ProBot1')).toBe('Stays until ProBot1 stands again.');
    const away = alertOf({ condition: { type: 'leaves', region: 'r' }, place: 'Home' });
    expect(endsText(away, 'Jane')).toBe('Stays until Jane is at Home again.');
  });

  test.each([
    [{ state: 'sent', at: NOW }, 'You were told at 04:15', 'bob was told at 04:15'],
    [
      { state: 'quiet' },
      'You have quiet hours: you are told when they end',
      'bob has quiet hours, and is told when they end',
    ],
    [{ state: 'waiting' }, 'You have not been told yet', 'bob has not been told yet'],
    [{ state: 'failed' }, 'You could not be told', 'bob could not be told'],
    [
      { state: 'no_channel' },
      'There is no way yet to tell you while this page is closed',
      'bob has not said yet how to be told',
    ],
  ] as const)('how somebody was told: %o', (told, me, them) => {
    expect(toldText({ account: 'bob', ...told }, true, NOW)).toBe(me);
    expect(toldText({ account: 'bob', ...told }, false, NOW)).toBe(them);
  });

  test('who acknowledged it, and when it was over', () => {
    expect(statusText(alertOf({ status: 'acknowledged', by: 'bob', by_at: NOW }), NOW)).toBe(
      'Acknowledged by bob at 04:15',
    );
    expect(statusText(alertOf({ status: 'resolved', resolved: NOW }), NOW)).toBe(
      'Over since 04:15',
    );
  });
});
