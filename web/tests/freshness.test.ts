import { describe, expect, test } from 'vitest';
import { rowFreshness } from '../src/pages/roster/row';
import { agesDiffer, FIGURES_FOR, freshness, type Known } from '../src/things/freshness';
import { MOVES_FROM, MOVING_FOR, STILL_FOR } from '../src/things/freshness';
import { freshnessText } from '../src/things/freshnesstext';
import { ALL_WELL, isLost, linksOf, sameLinks, wholeOf, type Links } from '../src/things/links';
import { linksText } from '../src/things/server/linkstext';
import type { Link } from '../src/things/broker/read';
import { freshnessOf } from '../src/things/entry';
import { markOfFriend } from '../src/things/friends/mark';
import { contactTime, fixTime, readFriend } from '../src/things/friends/read';
import { summariseFriend } from '../src/things/friends/summary';
import { arrange } from '../src/things/roster';
import type { Thing } from '../src/net/protocol';
import { Chance, SEEDS } from './drive/chance';

const NOW = 1_795_240_800;
const MIN = 60;
const GROUPS = [{ id: 'friends' }];
const ALL = { filter: 'all', sort: 'name', query: '', earlierOpen: true } as const;
const LOOKS = { colour: '#123456', face: undefined, glideMs: 0 };

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

function lost(server: number | null, brokers: Record<string, number | undefined> = {}): Links {
  return linksOf(
    server,
    Object.entries(brokers).map(([id, heard]) => ({
      id,
      link: link('lost', heard === undefined ? {} : { heard }),
    })),
  );
}

describe('what may be said, by both ages', () => {
  test.each<[string, Partial<Known>, string, string]>([
    ['a new fix that moves', { fixed: NOW, speed: 34 }, 'ok', 'Moving'],
    ['3 min later', { fixed: NOW - MOVING_FOR, speed: 34 }, 'ok', 'Moving'],
    ['14 min later', { fixed: NOW - 14 * MIN, speed: 34 }, 'warn', 'Was moving, 14 min ago'],
    ['a new fix that stands', { fixed: NOW, speed: 0 }, 'ok', 'Still'],
    ['15 min later', { fixed: NOW - STILL_FOR, speed: 0 }, 'ok', 'Still'],
    ['20 min later', { fixed: NOW - 20 * MIN, speed: 0 }, 'warn', 'Was still, 20 min ago'],
    ['without a speed', { fixed: NOW }, 'ok', 'Still'],
    ['by a clock that is ahead', { fixed: NOW + 50, speed: 34 }, 'ok', 'Moving'],
    [
      'stale',
      { fixed: NOW - 16 * MIN, heard: NOW - 16 * MIN, speed: 34, presence: 'stale' },
      'warn',
      'Was moving, 16 min ago',
    ],
    [
      'offline',
      { fixed: NOW - 7 * 3600, heard: NOW - 3 * 3600, speed: 34, presence: 'offline' },
      'off',
      'Offline, heard 3 h ago',
    ],
    ['without a place', { placed: false, heard: NOW }, 'ok', 'Live'],
    ['silent', { placed: false, heard: NOW - 5, presence: 'stale' }, 'warn', 'Not heard for 5 s'],
    ['never heard', { placed: false, presence: 'offline' }, 'off', 'Never heard'],
  ])('%s', (_, known, tone, words) => {
    const found = freshness({ presence: 'live', placed: true, ...known }, ALL_WELL, NOW);
    expect(found.tone).toBe(tone);
    expect(freshnessText(found, NOW)).toBe(words);
    expect(found.moving).toBe(words === 'Moving');
  });

  test('speed and heading are of now, then of then, then withheld', () => {
    const at = (age: number) =>
      freshness({ presence: 'live', placed: true, speed: 34, fixed: NOW - age }, ALL_WELL, NOW);
    expect([0, MOVING_FOR, MOVING_FOR + 1, FIGURES_FOR, FIGURES_FOR + 1].map(at)).toMatchObject(
      ['now', 'now', 'then', 'then', 'withheld'].map((figures) => ({ figures })),
    );
  });
});

describe('the two ages of a friend', () => {
  // The last fix is 14 min old; then older ones come out of the phone's queue.
  const late = jane({ tst: NOW - 14 * MIN, at: NOW - 14 * MIN, heard: NOW - 3, vel: 34, cog: 90 });

  test('are kept apart', () => {
    const friend = readFriend(late);
    expect(fixTime(friend)).toBe(NOW - 14 * MIN);
    expect(contactTime(friend)).toBe(NOW - 3);
    const found = freshnessOf(summariseFriend(late), ALL_WELL, NOW);
    expect(found).toMatchObject({ fixAge: 14 * MIN, contactAge: 3 });
    expect(agesDiffer(found)).toBe(true);
    expect(rowFreshness(found, NOW)).toMatchObject({ age: '14 min', heard: '3 s' });
  });

  test('nothing old is said to move: not in words, in the counts or on the map', () => {
    const entry = summariseFriend(late);
    const fresh = freshnessOf(entry, ALL_WELL, NOW);
    expect(freshnessText(fresh, NOW)).toBe('Was moving, 14 min ago');
    const seen = { now: NOW, links: ALL_WELL };
    expect(arrange([entry], GROUPS, ALL, seen).counts).toMatchObject({
      ...{ moving: 0, live: 0, stale: 1 },
    });
    expect(arrange([entry], GROUPS, { ...ALL, filter: 'moving' }, seen).rows).toBe(0);
    const mark = markOfFriend(readFriend(late), entry, { ...LOOKS, fresh, ageText: '14 min' });
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

describe('a link', () => {
  test('to a broker is lost until the first message, not until it is tried or reached again', () => {
    const outage: [Link, boolean][] = [
      [link('connected'), false],
      [link('lost', { since: NOW, heard: NOW - 10 }), true],
      [link('lost', { since: NOW, heard: NOW - 10 }), true],
      [link('connected', { since: NOW, heard: NOW - 10, mute: true }), true],
      [link('connected', { since: NOW + 30 }), false],
    ];
    const seen = outage.map(([each]) => linksOf(null, [{ id: 'main', link: each }]));
    expect(seen.map((each) => each.allBrokers)).toEqual(outage.map(([, gone]) => gone));
    // One steady state: nothing of it changes while it lasts.
    const [, first, ...others] = seen.slice(0, 4);
    expect(first?.brokers.get('main')).toBe(NOW - 10);
    expect(others.map((each) => first && sameLinks(first, each))).toEqual([true, true]);
    expect(isLost(link('connecting'))).toBe(false);
  });

  test('takes only its own along: another broker and phones over HTTP are as they were', () => {
    const links = linksOf(null, [
      { id: 'main', link: link('connected') },
      { id: 'farm', link: link('lost', { heard: NOW - 9 }) },
    ]);
    const of = (source: string | undefined) =>
      freshnessOf(summariseFriend(jane({ vel: 34, source })), links, NOW);
    expect(of(undefined)).toMatchObject({ status: 'moving', asOf: undefined });
    expect(of('http')).toMatchObject({ status: 'moving', asOf: undefined });
    expect(of('farm')).toMatchObject({ tone: 'off', current: false, asOf: NOW - 9 });
    expect(freshnessText(of('farm'), NOW)).toMatch(/^As of \d\d:\d\d$/);
    expect(wholeOf(links, 2).paused).toBeNull();
  });

  test('to the server takes everything along; what was lost before is of before', () => {
    const links = lost(NOW - 5, { main: NOW - 60 });
    expect(wholeOf(links, 1)).toEqual({ paused: 'server', asOf: NOW - 5 });
    const of = (source: string) => freshnessOf(summariseFriend(jane({ source })), links, NOW).asOf;
    expect([of('http'), of('main')]).toEqual([NOW - 5, NOW - 60]);
  });

  test('all brokers pause the picture unless somebody is heard by another way', () => {
    const links = lost(null, { main: NOW - 60, farm: NOW - 9 });
    expect(wholeOf(links, 0)).toEqual({ paused: 'brokers', asOf: NOW - 9 });
    expect(wholeOf(links, 1)).toEqual({ paused: null, asOf: undefined });
    expect(wholeOf(ALL_WELL, 0).paused).toBeNull();
  });

  test('is spoken of once when it is lost, and once when all is well again', () => {
    const episode = [
      ALL_WELL,
      lost(null, { main: NOW - 9 }),
      lost(null, { main: NOW - 9, farm: NOW }),
      lost(NOW, { main: NOW - 9, farm: NOW }),
      lost(NOW),
      lost(null, { main: NOW - 9 }),
      ALL_WELL,
      ALL_WELL,
    ];
    let before = ALL_WELL;
    const spoken = episode.map((links, n) => {
      const text = linksText(links, before, NOW + n);
      before = links;
      return text?.replace(/\d\d:\d\d/, 'HH:MM') ?? null;
    });
    const broker = 'The broker is lost. What came over it is as of HH:MM.';
    expect(spoken).toEqual([
      ...[null, broker, broker],
      ...['The server cannot be reached. What is shown is as of HH:MM.', null],
      ...[broker, 'News come in again.', null],
    ]);
  });
});

/**
 * Phones and the server, played: what is true of them is written down beside what the page is told,
 * so that what the page says can be held against it.
 */
class Play {
  now = NOW;
  serverLost: number | null = null;
  readonly brokers = new Map<string, Link>([
    ['main', link('connected')],
    ['farm', link('connected')],
  ]);
  /** As the server has them; the page, as long as it is connected. */
  readonly phones = new Map<string, Thing>();
  /** What the page knows. */
  shown: ReadonlyMap<string, Thing> = new Map();
  readonly chance: Chance;

  constructor(seed: number) {
    this.chance = new Chance(seed);
    for (const [id, source] of [
      ['jane/phone', 'main'],
      ['kim/phone', 'farm'],
      ['bob/phone', 'http'],
    ] as const) {
      this.phones.set(id, { ...jane({ source, heard: NOW, vel: 0 }), id });
    }
    this.#news();
  }

  get links(): Links {
    return linksOf(
      this.serverLost,
      [...this.brokers].map(([id, each]) => ({ id, link: each })),
    );
  }

  /** Whether what a phone sends now reaches the page. */
  reached({ source }: Thing): boolean {
    const broker = this.brokers.get(String(source));
    return (
      this.serverLost === null &&
      (broker === undefined || (broker.state === 'connected' && !broker.mute))
    );
  }

  step(): void {
    const id = this.chance.from(['jane/phone', 'kim/phone', 'bob/phone']);
    const broker = this.chance.from(['main', 'farm'] as const);
    switch (this.chance.below(8)) {
      case 0:
      case 1:
        this.#fix(id, this.now - this.chance.from([0, 2, 30]));
        break;
      case 2: // a queue of old ones
        for (const age of [4000, 2000, 1000]) this.#fix(id, this.now - age);
        break;
      case 3:
        this.#contact(id);
        break;
      case 4:
        this.#lose(broker);
        break;
      case 5:
        this.#find(broker);
        break;
      case 6:
        this.serverLost ??= this.now - 2;
        break;
      case 7:
        this.serverLost = null;
        break;
    }
    this.pass(this.chance.from([1, 20, 100, 400, 2000]));
  }

  /** Let time pass: the server finds who fell silent, and tells it. */
  pass(seconds: number): void {
    this.now += seconds;
    for (const [id, thing] of this.phones) {
      const silent = this.now - Number(thing['heard']);
      const presence = silent >= 3600 ? 'offline' : silent >= 900 ? 'stale' : 'live';
      if (presence !== thing['presence']) this.phones.set(id, { ...thing, presence });
    }
    this.#news();
  }

  #fix(id: string, tst: number): void {
    const thing = this.#contact(id);
    if (thing === undefined || tst < Number(thing['tst'])) return;
    const vel = this.chance.from([0, 2, MOVES_FROM, 34]);
    this.phones.set(id, { ...thing, tst, at: this.now, vel, cog: 90 });
    this.#news();
  }

  #contact(id: string): Thing | undefined {
    const thing = this.phones.get(id);
    const broker = thing && this.brokers.get(String(thing['source']));
    if (!thing || broker?.state === 'lost') return undefined;
    if (broker?.mute === true) this.brokers.set(String(thing['source']), link('connected'));
    const heard = { ...thing, heard: this.now, presence: 'live' };
    this.phones.set(id, heard);
    this.#news();
    return heard;
  }

  #lose(name: string): void {
    const before = this.brokers.get(name);
    if (before && isLost(before)) return;
    this.brokers.set(name, link('lost', { since: this.now, heard: this.now - 1 }));
  }

  #find(name: string): void {
    const before = this.brokers.get(name);
    if (before?.state !== 'lost') return;
    this.brokers.set(name, link('connected', { ...before, state: 'connected', mute: true }));
  }

  #news(): void {
    if (this.serverLost === null) this.shown = new Map(this.phones);
  }
}

describe('whatever phones, links and time do', () => {
  test.each(SEEDS.slice(0, 25))(
    'the page says only what is so, and everywhere the same (%i)',
    (seed) => {
      const play = new Play(seed);
      for (let n = 0; n < 60; n++) {
        play.step();
        const { now, links } = play;
        const entries = [...play.shown.values()].map(summariseFriend);
        const { counts, until } = arrange(entries, GROUPS, ALL, { now, links });
        const tally = { moving: 0, live: 0, stale: 0, offline: 0, cut: 0 };
        for (const entry of entries) {
          const thing = play.shown.get(entry.key.slice('friend/'.length)) as Thing;
          const fresh = freshnessOf(entry, links, now);
          const words = freshnessText(fresh, now);
          const mark = markOfFriend(readFriend(thing), entry, { ...LOOKS, fresh, ageText: '' });
          // What is true, from the play.
          const reached = play.reached(thing);
          const fixAge = now - Number(thing['tst']);
          const quick = Number(thing['vel']) >= MOVES_FROM;
          const ofNow =
            reached && thing['presence'] === 'live' && fixAge <= (quick ? MOVING_FOR : STILL_FOR);
          // One truth: words, row, mark and counts.
          const row = rowFreshness(fresh, now);
          expect({
            current: [fresh.current, row.current, fresh.tone === 'ok', row.presence === 'live'],
            moving: [fresh.moving, row.moving, mark?.moving, mark?.heading !== undefined],
            words: [/^(Moving|Still|Live)$/.test(words), words.startsWith('As of '), row.words],
            shown: mark?.presence,
            ages: [fresh.fixAge, fresh.contactAge],
          }).toEqual({
            current: [ofNow, ofNow, ofNow, ofNow],
            moving: Array(4).fill(ofNow && quick),
            words: [ofNow, !reached, words],
            shown: fresh.presence,
            ages: [fixAge, now - Number(thing['heard'])],
          });
          tally[fresh.status === 'cut' ? 'cut' : fresh.presence] += 1;
          if (fresh.moving) tally.moving += 1;
          // Left alone it only gets older, and it is looked at again in time.
          const later = (seconds: number) => freshnessOf(entry, links, seconds).current;
          const due = fresh.until ?? now;
          expect([later(due), later(due + 1), later(now + 2000)]).toEqual([ofNow, false, false]);
          if (ofNow) expect(until).toBeLessThanOrEqual(due);
          // What is cut off is of one steady time, which is not after the last news.
          if (!reached) {
            expect(fresh.asOf).toBeLessThanOrEqual(now);
            expect(freshnessText(freshnessOf(entry, links, now + 500), now)).toBe(words);
          }
        }
        expect(counts).toEqual({ ...tally, all: 3, friends: 3 });
        const whole = wholeOf(links, counts.all - counts.cut - counts.offline);
        if (whole.paused !== null) expect(tally.live).toBe(0);
        if (tally.live > 0) expect(whole.paused).toBeNull();
        expect(whole.paused === 'server').toBe(play.serverLost !== null);
      }
    },
  );
});
