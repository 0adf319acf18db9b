import { describe, expect, test } from 'vitest';
import { World } from '../../src/app/world';
import { draftOf, goneFrom, lastFired, ownerOf, watches } from '../../src/things/rules/read';
import type { Rule } from '../../src/things/rules/read';
import { wishesOf } from '../../src/things/rules/draft';
import { rule } from './scene';

const whole = (): Rule => ({
  ...wishesOf(rule('arrives', { region: 'home' })),
  key: 'rule/jane/ab12cd34',
  owner: 'jane',
  version: 4,
  by: 'jane',
  at: 1000,
});

function worldOf(...keys: string[]): World {
  const world = new World();
  world.greet('e');
  const things = keys.map((key) => ({
    k: key.split('/', 1)[0] ?? '',
    id: key.replace(/^\w+\//, ''),
    s: 1,
  }));
  world.hear({ t: 'news', seq: 1, whole: true, more: false, things, missed: {} } as never);
  return world;
}

describe('a rule of the world', () => {
  test('is somebody’s, by its key', () => {
    expect(ownerOf('rule/jane/ab12cd34')).toBe('jane');
  });

  test('is changed as the version that was read', () => {
    const draft = draftOf(whole());
    expect(draft.edited).toEqual({ key: 'rule/jane/ab12cd34', version: 4 });
    expect(wishesOf(draft)).toEqual(wishesOf(rule('arrives', { region: 'home' })));
  });

  test('watches devices, people and kinds, and the other of two', () => {
    const about = (...words: string[]) => ({ ...whole(), about: words });
    expect(watches(about('friend/jane'), 'friend/jane/phone')).toBe(true);
    expect(watches(about('friend'), 'friend/jane/phone')).toBe(true);
    expect(watches(about('friend/jane/watch'), 'friend/jane/phone')).toBe(false);
    expect(watches(about('probot'), 'friend/jane/phone')).toBe(false);
    const near = {
      ...whole(),
      condition: { type: 'near', changed: false, other: 'friend/jane/phone' },
    } as const;
    expect(watches({ ...near, about: ['friend/bob'] }, 'friend/jane/phone')).toBe(true);
  });

  test('names what is gone', () => {
    const there = worldOf('friend/jane/phone', 'region/home');
    expect(goneFrom(whole(), there)).toEqual([]);
    expect(goneFrom(whole(), worldOf('friend/jane/phone'))).toEqual(['place']);
    expect(goneFrom(whole(), worldOf('region/home'))).toEqual(['who']);
    expect(goneFrom({ ...whole(), about: ['friend'] }, worldOf('region/home'))).toEqual([]);
    const near = {
      ...whole(),
      condition: { type: 'near', changed: false, other: 'friend/bob/x' },
    } as const;
    expect(goneFrom(near, there)).toEqual(['other']);
  });

  test('fired last when its newest alert says so', () => {
    const alert = (rule: string, at: number) => ({
      k: 'alert',
      id: `x${String(at)}`,
      s: 1,
      rule,
      at,
    });
    const fired = lastFired([
      alert('rule/jane/a', 5),
      alert('rule/jane/a', 9),
      alert('rule/bob/b', 7),
    ]);
    expect([...fired]).toEqual([
      ['rule/jane/a', 9],
      ['rule/bob/b', 7],
    ]);
  });
});
