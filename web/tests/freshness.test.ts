import { describe, expect, test } from 'vitest';
import {
  feedsOf,
  freshness,
  isLost,
  MOVING_FOR,
  sameFeeds,
  STILL_FOR,
} from '../src/things/freshness';
import type { Known } from '../src/things/freshness';
import type { Link } from '../src/things/broker/read';
import { freshnessOf, movesNow, underFeeds } from '../src/things/entry';
import { markOfFriend } from '../src/things/friends/mark';
import { contactTime, fixTime, readFriend } from '../src/things/friends/read';
import { summariseFriend } from '../src/things/friends/summary';
import { arrange } from '../src/things/roster';
import type { Thing } from '../src/net/protocol';
import { Chance } from './drive/chance';

const NOW = 1_795_240_000;
const MIN = 60;

function link(state: Link['state'], more: Partial<Link> = {}): Link {
  return {
    state,
    since: 0,
    tries: 0,
    address: 'h:1',
    protocol: '5',
    tls: false,
    mute: false,
    ...more,
  };
}

const jane = (state: Record<string, unknown>): Thing => ({
  k: 'friend',
  id: 'jane/phone',
  s: 1,
  presence: 'live',
  lat: 1,
  lon: 2,
  at: NOW,
  tst: NOW,
  ...state,
});

describe('what may be said, by the age of the fix', () => {
  test.each<[string, Partial<Known>, string, string, boolean]>([
    ['a new fix that moves', { fixed: NOW, speed: 34 }, 'ok', 'Moving', true],
    ['3 min later', { fixed: NOW - MOVING_FOR, speed: 34 }, 'ok', 'Moving', true],
    ['14 min later', { fixed: NOW - 14 * MIN, speed: 34 }, 'warn', 'Was moving, 14 min ago', false],
    ['a new fix that stands', { fixed: NOW, speed: 0 }, 'ok', 'Still', false],
    ['15 min later', { fixed: NOW - STILL_FOR, speed: 0 }, 'ok', 'Still', false],
    ['20 min later', { fixed: NOW - 20 * MIN, speed: 0 }, 'warn', 'Was still, 20 min ago', false],
    ['without a speed', { fixed: NOW }, 'ok', 'Still', false],
    ['stale', { fixed: NOW - 16 * MIN, speed: 34, presence: 'stale' }, 'warn', 'Stale', false],
    ['offline', { fixed: NOW, speed: 34, presence: 'offline' }, 'off', 'Offline', false],
    ['without a place', { placed: false }, 'ok', 'Live', false],
    [
      'over a lost broker',
      { fixed: NOW, speed: 34, cut: { asOf: undefined } },
      'off',
      'Not heard',
      false,
    ],
  ])('%s', (_, known, tone, word, moving) => {
    const found = freshness({ presence: 'live', placed: true, ...known }, NOW);
    expect(found).toMatchObject({ tone, word, moving });
  });

  test('nothing that is not of now is green or moves, whatever comes', () => {
    const numbers = new Chance(7);
    const chance = () => numbers.next();
    for (let n = 0; n < 3000; n++) {
      const age = chance() * 4000 - 100;
      const presence = (['live', 'stale', 'offline'] as const)[Math.floor(chance() * 3)] ?? 'live';
      const known: Known = {
        presence,
        placed: chance() < 0.9,
        speed: chance() < 0.3 ? undefined : chance() * 80,
        fixed: NOW - age,
        cut: chance() < 0.3 ? { asOf: NOW - 5 } : undefined,
      };
      const found = freshness(known, NOW);
      const old = age > STILL_FOR || ((known.speed ?? 0) >= 3 && age > MOVING_FOR);
      if (presence !== 'live' || known.cut !== undefined || (known.placed && old)) {
        expect(found.tone).not.toBe('ok');
        expect(found.current).toBe(false);
        expect(found.moving).toBe(false);
        expect(found.word).not.toMatch(/^(Moving|Still|Live)/);
      } else {
        expect(found.tone).toBe('ok');
      }
      // It only ever gets older.
      if (!found.current) expect(freshness(known, NOW + 10).current).toBe(false);
    }
  });
});

describe('the two ages of a friend', () => {
  // The last fix is 14 min old; then older ones come out of the phone's queue.
  const late = jane({ tst: NOW - 14 * MIN, at: NOW - 14 * MIN, heard: NOW - 3, vel: 34, cog: 90 });

  test('are kept apart', () => {
    const friend = readFriend(late);
    expect(fixTime(friend)).toBe(NOW - 14 * MIN);
    expect(contactTime(friend)).toBe(NOW - 3);
    expect(summariseFriend(late)).toMatchObject({ fixed: NOW - 14 * MIN, heard: NOW - 3 });
  });

  test('nothing old is said to move: not in words, in the counts or on the map', () => {
    const entry = summariseFriend(late);
    expect(freshnessOf(entry, NOW).word).toBe('Was moving, 14 min ago');
    expect(movesNow(entry, NOW)).toBe(false);
    const wishes = { filter: 'all', sort: 'name', query: '', earlierOpen: false } as const;
    expect(arrange([entry], [{ id: 'friends' }], wishes, NOW).counts.moving).toBe(0);
    expect(arrange([entry], [{ id: 'friends' }], { ...wishes, filter: 'moving' }, NOW).rows).toBe(
      0,
    );
    const dressing = {
      colour: '#123456',
      face: undefined,
      glideMs: 0,
      ageText: '14 min',
      now: NOW,
    };
    const mark = markOfFriend(readFriend(late), entry, dressing);
    expect(mark).toMatchObject({ moving: false, presence: 'stale', ageText: '14 min' });
    expect(mark?.heading).toBeUndefined();
  });

  test('a clock that is always wrong is taken into account', () => {
    const behind = readFriend(jane({ tst: NOW - 7200, at: NOW, clock: -7200 }));
    expect(fixTime(behind)).toBe(NOW);
    const queued = readFriend(jane({ tst: NOW - 7200 - 300, at: NOW, clock: -7200 }));
    expect(fixTime(queued)).toBe(NOW - 300);
    const ahead = readFriend(jane({ tst: NOW + 3600, at: NOW, ahead: 3600, clock: 3590 }));
    expect(fixTime(ahead)).toBe(NOW);
  });
});

describe('a broker', () => {
  test('is lost until the first message, not until it is tried or reached again', () => {
    const outage: [Link, boolean][] = [
      [link('connected'), false],
      [link('lost', { since: NOW, heard: NOW - 10 }), true],
      [link('lost', { since: NOW, heard: NOW - 10 }), true],
      [link('connected', { since: NOW, heard: NOW - 10, mute: true }), true],
      [link('connected', { since: NOW + 30 }), false],
    ];
    const seen = outage.map(([each]) => feedsOf([{ id: 'main', link: each }]));
    expect(seen.map((each) => each.dark)).toEqual(outage.map(([, lost]) => lost));
    // One steady state: nothing of it changes while it lasts.
    const [, first, ...others] = seen.slice(0, 4);
    expect(first?.asOf).toBe(NOW - 10);
    expect(others.map((each) => first && sameFeeds(first, each))).toEqual([true, true]);
    expect(isLost(link('connecting'))).toBe(false);
  });

  test('of several takes only its own along', () => {
    const feeds = feedsOf([
      { id: 'main', link: link('connected') },
      { id: 'farm', link: link('lost', { heard: NOW - 9 }) },
    ]);
    expect(feeds.dark).toBe(false);
    const here = summariseFriend(jane({ vel: 34 }));
    const there = summariseFriend(jane({ vel: 34, source: 'farm' }));
    expect(underFeeds(here, feeds)).toBe(here);
    const cut = underFeeds(there, feeds);
    expect(cut).toMatchObject({ presence: 'stale', cut: { asOf: NOW - 9 } });
    expect(freshnessOf(cut, NOW)).toMatchObject({ tone: 'off', current: false });
    expect(freshnessOf(cut, NOW).word).toMatch(/^As of \d\d:\d\d:\d\d$/);
    expect(movesNow(cut, NOW)).toBe(false);
  });
});
