import { describe, expect, test } from 'vitest';
import {
  FORMS,
  nearestStop,
  thresholdOf,
  TYPES,
  typesFor,
} from '../../src/things/rules/conditions';
import {
  copyOf,
  missingIn,
  newDraft,
  slotOf,
  toggled,
  wishesOf,
  withAbout,
  withCondition,
  withHours,
  withTold,
  withType,
} from '../../src/things/rules/draft';
import { Drafts } from '../../src/things/rules/drafts';
import { templatesOf } from '../../src/things/rules/templates';
import type { Scene } from '../../src/things/rules/templates';
import { rule } from './scene';

describe('a rule from choices', () => {
  test('begins with what can happen to its subject, and tells its owner', () => {
    const draft = newDraft('jane', ['probot/ProBot1']);
    expect(FORMS[draft.condition.type].about).toContain('probot');
    expect(draft.tell).toEqual([{ account: 'jane', after: 0 }]);
    expect(missingIn(newDraft('jane'))).toEqual(['who', 'place']);
  });

  test('keeps the region when something else is to happen there', () => {
    const draft = withType(rule('arrives', { region: 'school' }), 'stays');
    expect(draft.condition).toEqual({
      type: 'stays',
      changed: false,
      seconds: 7200,
      region: 'school',
    });
    expect(withType(draft, 'speed').condition).toEqual({
      type: 'speed',
      changed: false,
      above: 120,
    });
  });

  test('lets go of who it cannot happen to', () => {
    expect(withType(rule('arrives'), 'fallen').about).toEqual([]);
    expect(withType(rule('arrives'), 'disconnected').about).toEqual(['broker']);
    expect(withType(rule('arrives'), 'battery').about).toEqual(['friend/jane']);
  });

  test('lets go of what cannot happen to them', () => {
    const robot = withAbout(rule('arrives', { region: 'home' }), ['probot/ProBot1']);
    expect(typesFor('probot')).toContain(robot.condition.type);
    expect(withAbout(rule('battery'), ['probot']).condition.type).toBe('battery');
  });

  test('takes in whole kinds, people, and single devices', () => {
    expect(toggled(['friend/jane'], 'friend/bob', true)).toEqual(['friend/jane', 'friend/bob']);
    expect(toggled(['friend/jane/phone'], 'friend/jane', true)).toEqual(['friend/jane']);
    expect(toggled(['friend/jane'], 'friend', true)).toEqual(['friend']);
    expect(toggled(['friend'], 'friend/jane', true)).toEqual(['friend/jane']);
    expect(toggled(['friend/jane'], 'probot', true)).toEqual(['probot']);
    expect(toggled(['friend/jane', 'friend/bob'], 'friend/bob', false)).toEqual(['friend/jane']);
  });

  test('drops a field that is taken away', () => {
    const draft = withCondition(rule('battery'), { by: '18:00', below: undefined });
    expect(draft.condition).toEqual({ type: 'battery', changed: false, by: '18:00' });
    const timed = withHours(draft, { begin: '08:00' });
    expect(withHours(timed, { begin: undefined }).hours).toEqual({ holidays: 'also' });
  });

  test('tells others later, in the order of their waits', () => {
    const draft = withTold(withTold(rule('fallen'), 'bob', 900), 'kim', 300);
    expect(draft.tell.map(({ account }) => account)).toEqual(['jane', 'kim', 'bob']);
    expect(withTold(draft, 'kim', null).tell.map(({ account }) => account)).toEqual([
      'jane',
      'bob',
    ]);
    expect(rule('fallen').tell).toHaveLength(1);
  });

  test('is asked for without what only the page knows; a copy is a new one', () => {
    const edited = { key: 'rule/jane/a', version: 3 };
    expect(wishesOf({ ...rule('fallen'), edited })).not.toHaveProperty('edited');
    expect(copyOf({ ...rule('fallen'), edited }).edited).toBeNull();
  });
});

describe('what is missing', () => {
  test.each([
    ['battery', {}, []],
    ['number', {}, ['topic', 'limit']],
    ['number', { topic: 'a', changed: true }, []],
    ['near', {}, ['other']],
    ['absent', { region: 'home' }, []],
  ] as const)('of %s with %o: %o', (type, more, expected) => {
    expect(missingIn(rule(type, more))).toEqual(expected);
  });

  test('of a battery without a limit and an hour is the limit', () => {
    expect(missingIn(withCondition(rule('battery'), { below: undefined }))).toEqual(['limit']);
  });

  test('a field that the server names has its part', () => {
    expect(slotOf('condition.region')).toBe('place');
    expect(slotOf('about')).toBe('who');
    expect(slotOf('hours.begin')).toBe('when');
    expect(slotOf('tell.1.account')).toBe('whom');
    expect(slotOf('about.0')).toBe('who');
    expect(slotOf('hours')).toBe('when');
    expect(slotOf('something new')).toBe('what');
  });
});

test('every threshold begins within the reach of its slider', () => {
  for (const type of TYPES) {
    const { begins, slots } = FORMS[type];
    for (const slot of slots) {
      const threshold = thresholdOf(begins, slot);
      if (!threshold || threshold.stops.length === 0) continue;
      expect([...threshold.stops]).toEqual([...threshold.stops].sort((a, b) => a - b));
      const value = begins[threshold.field];
      if (value !== undefined) {
        expect(threshold.stops[nearestStop(threshold.stops, value)]).toBe(value);
      }
    }
  }
});

describe('templates', () => {
  const scene: Scene = {
    me: 'jane',
    regions: [
      { id: 'r1', name: 'Grundschule Süd' },
      { id: 'r2', name: 'Zuhause' },
    ],
    friends: ['friend/kim'],
    robots: true,
    brokers: true,
  };
  const of = (id: string, more: Partial<Scene> = {}) =>
    templatesOf({ ...scene, ...more }).find((each) => each.id === id)?.draft;

  test('guess the places and the only friend there is', () => {
    expect(of('school')?.condition.region).toBe('r1');
    expect(of('home')?.condition).toMatchObject({ region: 'r2', by: '22:00' });
    expect(of('school')?.about).toEqual(['friend/kim']);
    expect(missingIn(of('school') ?? newDraft('x'))).toEqual([]);
  });

  test('ask for what they cannot know', () => {
    const draft = of('school', { regions: [], friends: ['friend/a', 'friend/b'] });
    expect(draft && missingIn(draft)).toEqual(['who', 'place']);
  });

  test('are for what is there', () => {
    expect(of('fallen', { robots: false })).toBeUndefined();
    expect(of('broker', { brokers: false })).toBeUndefined();
    expect(of('fallen')?.urgent).toBe(true);
  });
});

describe('the rule that is being made', () => {
  test('is kept for the one who makes it, and no other', () => {
    const mine = new Drafts({ way: 'account', name: 'jane' });
    mine.begin(rule('fallen'), 'who');
    expect(mine.changed).toBe(false);
    mine.change({ ...rule('fallen'), every: 60 });
    expect(mine.changed).toBe(true);
    expect(new Drafts({ way: 'account', name: 'jane' }).making?.draft.every).toBe(60);
    expect(new Drafts({ way: 'account', name: 'bob' }).making).toBeNull();
    expect(mine.making).toBeNull();
  });
});
