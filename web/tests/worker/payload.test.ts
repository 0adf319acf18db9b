/** What a push brings is text from outside. */
import { describe, expect, test } from 'vitest';
import { readPushPayload, within } from '../../src/worker/payload';
import { HOME } from './surroundings';

const WHOLE = {
  id: 'n1',
  tag: 'alert/jane/ab12cd34',
  title: 'Mia arrived at School',
  body: '08:12',
  url: '#map?at=1795234500',
  at: 1795234500.5,
  urgent: true,
  badge: 2,
  alert: 'alert/jane/ab12cd34.17',
  actions: ['show', 'acknowledge'],
};
const read = (told: unknown) => readPushPayload(JSON.stringify(told), HOME);

test('a whole one is read', () => {
  expect(read(WHOLE)).toEqual({
    title: 'Mia arrived at School',
    body: '08:12',
    tag: 'alert/jane/ab12cd34',
    url: `${HOME}#map?at=1795234500`,
    at: 1795234500500,
    urgent: true,
    badge: 2,
    alert: 'alert/jane/ab12cd34.17',
    telephone: '',
    actions: ['show', 'acknowledge'],
  });
});

test.each([null, '', '{', 'null', '[]', '7', '"text"', '{}', '{"title":7}', '{"title":"   "}'])(
  'what cannot be read is nothing: %s',
  (text) => {
    expect(readPushPayload(text, HOME)).toBeNull();
  },
);

describe('hostile ones', () => {
  test('are cut, and turn no text around', () => {
    const told = read({ title: `a\u202e\u0000b${'x'.repeat(999)}`, body: 'y'.repeat(9999) });
    expect(told?.title).toMatch(/^abx+…$/);
    expect([...(told?.title ?? '')]).toHaveLength(200);
    expect([...(told?.body ?? '')]).toHaveLength(1500);
  });

  test('have fields of other types', () => {
    const told = read({
      ...{ title: 'Hello', body: {}, tag: [], url: 7, at: 'now', urgent: 'yes' },
      ...{ badge: -1, alert: null, actions: { length: 1e9 } },
    });
    expect(told).toEqual({
      ...{ title: 'Hello', body: '', tag: '', url: HOME, at: undefined, urgent: false },
      ...{ badge: undefined, alert: '', telephone: '', actions: [] },
    });
  });

  test.each([1.5, 1e300, '3', Number.NaN])('count to no %s', (badge) => {
    expect(read({ ...WHOLE, badge })?.badge).toBeUndefined();
  });

  test('offer no action that there is not, none twice, and none without its alert', () => {
    const actions = ['acknowledge', 'acknowledge', 'delete', 7, null];
    expect(read({ ...WHOLE, actions })?.actions).toEqual(['acknowledge']);
    expect(read({ ...WHOLE, actions, alert: '' })?.actions).toEqual([]);
  });

  test.each([
    'https://evil.example/',
    '//evil.example/map/',
    'javascript:alert(1)',
    'data:text/html,x',
    '../admin',
    '/',
    'docs/',
    'https://house.example:444/map/',
    'https://me@house.example/map/',
    'http://[',
    '\\\\evil.example',
  ])('lead nowhere but to the page: %s', (url) => {
    expect(within(url, HOME)).toBe(HOME);
  });

  test('lead to a place on the page', () => {
    expect(within('#robots?robot=R', HOME)).toBe(`${HOME}#robots?robot=R`);
    expect(within('./#map', HOME)).toBe(`${HOME}#map`);
    expect(within('', HOME)).toBe(HOME);
  });
});
