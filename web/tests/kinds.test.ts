import { describe, expect, test } from 'vitest';
import { faceOf } from '../src/ui/face';
import { readBroker, figure } from '../src/things/broker/read';
import { freshnessOf } from '../src/things/entry';
import { ALL_WELL } from '../src/things/links';
import { markOfFriend } from '../src/things/friends/mark';
import { fixTime, readFriend } from '../src/things/friends/read';
import { summariseFriend } from '../src/things/friends/summary';
import { readProBot } from '../src/things/probots/read';
import { summariseProBot } from '../src/things/probots/summary';
import { mostFirst, readServer } from '../src/things/server/read';
import { daysLeft } from '../src/pages/broker/certificate';
import { historyText, replicaText } from '../src/pages/broker/telemetry';
import { Trails } from '../src/app/trails';
import type { Thing } from '../src/net/protocol';

const friend = (state: Record<string, unknown>, id = 'jane/phone'): Thing => ({
  k: 'friend',
  id,
  s: 1,
  presence: 'live',
  ...state,
});

const fresh = (thing: Thing) => freshnessOf(summariseFriend(thing), ALL_WELL, 1000);

describe('a friend', () => {
  test('without a card is called by the user’s name', () => {
    expect(readFriend(friend({})).name).toBe('jane');
    expect(readFriend(friend({ name: 'Jane Doe' })).name).toBe('Jane Doe');
  });

  test('keeps what is unknown unknown', () => {
    const read = readFriend(friend({ lat: 'north', batt: null, vel: Number.NaN }));
    expect(read).not.toHaveProperty('lat');
    expect(read).not.toHaveProperty('battery');
    expect(read).not.toHaveProperty('speed');
  });

  test('is as old as its fix by the phone’s clock', () => {
    expect(fixTime(readFriend(friend({ tst: 100, at: 160 })))).toBe(100);
  });

  test('whose clock is ahead is as old as the receipt', () => {
    expect(fixTime(readFriend(friend({ tst: 9000, at: 160, ahead: 8840 })))).toBe(160);
  });

  test('moves only while live, and not for the noise of a receiver', () => {
    const moves = (state: Record<string, unknown>) =>
      fresh(friend({ lat: 1, lon: 2, ...state })).moving;
    expect(moves({ vel: 54 })).toBe(true);
    expect(moves({ vel: 2 })).toBe(false);
    expect(moves({ vel: 54, presence: 'stale' })).toBe(false);
  });

  test('known only by a card is in the roster and not on the map', () => {
    const thing = friend({ name: 'Jane Doe' });
    const entry = summariseFriend(thing);
    expect(entry.note).toBe('No position yet');
    const dressing = { colour: '#123456', face: undefined, glideMs: 0, ageText: undefined };
    const dressed = { ...dressing, fresh: fresh(thing) };
    expect(markOfFriend(readFriend(thing), entry, dressed)).toBeNull();
  });

  test('on the map is as fresh as what is said of it', () => {
    const dressing = { colour: '#123456', face: undefined, glideMs: 9 };
    for (const [presence, age] of [
      ['live', undefined],
      ['stale', '47 min'],
    ] as const) {
      const thing = friend({ lat: 1, lon: 2, presence, name: 'Jane Doe' });
      const mark = markOfFriend(readFriend(thing), summariseFriend(thing), {
        ...dressing,
        fresh: fresh(thing),
        ageText: age,
      });
      expect(mark).toMatchObject({ label: 'Jane', lng: 2, lat: 1, presence, ageText: age });
    }
  });

  test('is found by name, user, device, region and point of interest', () => {
    const { search } = summariseFriend(
      friend({ name: 'Jané', inregions: ['Work'], poi: 'Café Zoë' }, 'j17/tablet'),
    );
    for (const word of ['jane', 'j17', 'tablet', 'work', 'cafe zoe'])
      expect(search).toContain(word);
  });
});

describe('a robot', () => {
  const robot = (state: Record<string, unknown>, id = 'ProBot2'): Thing => ({
    k: 'probot',
    id,
    s: 1,
    presence: 'live',
    ...state,
  });

  test('shows a battery as it was sent when it was no number', () => {
    expect(readProBot(robot({ batt: 22, batt_raw: '22.4V' }))).toMatchObject({
      battery: 22,
      batteryAsSent: '22.4V',
    });
  });

  test('tells apart when it last spoke and when a value last changed', () => {
    expect(readProBot(robot({ at: 100, heard: 140 }))).toMatchObject({ changed: 100, heard: 140 });
  });

  test('2 comes before 10', () => {
    expect(summariseProBot(robot({})).order < summariseProBot(robot({}, 'ProBot10')).order).toBe(
      true,
    );
  });
});

describe('brokers and server', () => {
  test('a connection has its state, reason and next try', () => {
    const broker = readBroker({
      k: 'broker',
      id: 'main',
      s: 1,
      link: { state: 'lost', since: 5, why: 'refused', next: 9, tries: 3, address: 'h:1' },
      sys: { 'clients/connected': 12, 'load/messages/received/1min': 3.5, odd: {} },
    });
    expect(broker.link).toMatchObject({
      state: 'lost',
      since: 5,
      why: 'refused',
      next: 9,
      tries: 3,
    });
    expect(figure(broker, 'clients/connected')).toBe(12);
    expect(figure(broker, 'load/messages/received/1min')).toBe(3.5);
    expect(figure(broker, 'odd')).toBeUndefined();
  });

  test('reasons for rejection come with the most frequent first', () => {
    const { rejected, refused } = readServer({
      k: 'server',
      id: 'sightline',
      s: 1,
      rejected: { b: 2, c: 30, a: 2 },
      refused: { held: 1, forbidden: 4, odd: 'x' },
    });
    expect(mostFirst(refused)).toEqual([
      ['forbidden', 4],
      ['held', 1],
    ]);
    expect(mostFirst(rejected)).toEqual([
      ['c', 30],
      ['a', 2],
      ['b', 2],
    ]);
  });

  test('the certificate is read as far as it makes sense', () => {
    const read = (https: unknown) =>
      readServer({ k: 'server', id: 'sightline', s: 1, https }).https;
    expect(read({ names: ['map.example.org', 7], expires: 1800, standing: 'soon' })).toEqual({
      names: ['map.example.org'],
      issuer: '',
      expires: 1800,
      standing: 'soon',
    });
    expect(read({ fault: 'there is none' })).toEqual({
      names: [],
      issuer: '',
      fault: 'there is none',
    });
    expect(read(undefined)).toBeUndefined();
    expect(read('none')).toBeUndefined();
  });

  test.each([
    [1.5, '1 more day'],
    [20.9, '20 more days'],
    [0.2, '0 more days'],
    [-0.1, 'past its end'],
  ])('a certificate that ends in %d days has %s', (days, text) => {
    expect(daysLeft(1000 + days * 86_400, 1000)).toBe(text);
  });
});

describe('the history of the server', () => {
  const server = (state: Record<string, unknown>) =>
    readServer({ k: 'server', id: 'sightline', s: 1, ...state });

  test('says where it is, how large, and since when', () => {
    const kept = server({ store: 'sqlite', history_rows: 12_000, history_bytes: 3_500_000 });
    expect(historyText(kept, 1000)).toBe('sqlite, 12,000 entries, 3.5 MB');
  });

  test('says why nothing can be kept, and how much waits for how long', () => {
    const stuck = server({ store: 'sqlite', history_why: 'disk full', backlog: 7 });
    expect(historyText(stuck, 0)).toBe('cannot be kept: disk full; 7 records wait');
    expect(server({ shared_why: 'AWS is away' }).shared_why).toBe('AWS is away');
    const slow = server({ store: 'sqlite', backlog: 900, backlog_age: 75 });
    expect(historyText(slow, 0)).toBe('sqlite, the oldest of 900 has waited 1 min 15 s');
  });
});

describe('a server that cannot write', () => {
  const server = (state: Record<string, unknown>) =>
    readServer({ k: 'server', id: 'sightline', s: 1, ...state });

  test('says what, why and since when; nonsense says nothing', () => {
    const trouble = { reason: 'full', why: 'The disk is full: the history cannot.', since: 5 };
    expect(server({ degraded: trouble }).degraded).toEqual(trouble);
    expect(server({}).degraded).toBeUndefined();
    expect(server({ degraded: 7 }).degraded).toBeUndefined();
    expect(server({ degraded: { reason: 'full' } }).degraded).toBeUndefined();
  });
});

describe('one of several servers', () => {
  const server = (state: Record<string, unknown>) =>
    readServer({ k: 'server', id: 'sightline', s: 1, replica: 'a', ...state });

  test('says which one it is, and whether it is on duty', () => {
    expect(replicaText(server({}))).toBe('a');
    expect(replicaText(server({ on_duty: true }))).toBe('a, on duty');
  });

  test('says what cannot be done, and why', () => {
    const state = { on_duty: true, shared_why: 'nobody drives: throttled' };
    expect(replicaText(server(state))).toBe('a: nobody drives: throttled');
  });
});

describe('a face', () => {
  const face = (state: Record<string, unknown>): Thing => ({
    k: 'face',
    id: 'jane/phone',
    s: 1,
    ...state,
  });

  test('is at an address of the server, which names the picture', () => {
    const hash = '0123456789abcdef01234567';
    expect(faceOf(face({ mime: 'image/png', hash }))).toBe(`faces/jane/phone/${hash}`);
    const odd = { ...face({ mime: 'image/jpeg', hash }), id: 'a b?/ü#' };
    expect(faceOf(odd)).toBe(`faces/a%20b%3F/%C3%BC%23/${hash}`);
  });

  test('that comes whole becomes a data URL', () => {
    expect(faceOf(face({ mime: 'image/png', data: 'aGk=' }))).toBe('data:image/png;base64,aGk=');
  });

  test.each([
    [{ mime: 'image/svg+xml', data: 'aGk=' }],
    [{ mime: 'image/png', data: '"><script>' }],
    [{ mime: 'image/png' }],
    [{ mime: 'image/png', hash: '../../x' }],
    [{ mime: 'image/svg+xml', hash: '0123456789abcdef01234567' }],
  ])('of another sort is not shown: %j', (state) => {
    expect(faceOf(face(state))).toBeUndefined();
  });
});

describe('trails', () => {
  const spot = (at: number) => ({ lng: at, lat: 0, at, speed: undefined });

  test('are kept only for those somebody chose', () => {
    const trails = new Trails();
    trails.add('friend/a/b', spot(1));
    expect(trails.of('friend/a/b')).toEqual([]);
  });

  test('are bounded in length and in number', () => {
    const trails = new Trails(3, 2);
    for (const key of ['x', 'y']) trails.keep(key);
    for (let at = 1; at <= 5; at++) trails.add('x', spot(at));
    expect(trails.of('x').map(({ at }) => at)).toEqual([3, 4, 5]);
    trails.keep('x');
    trails.keep('z');
    expect([trails.keeps('x'), trails.keeps('y'), trails.keeps('z')]).toEqual([true, false, true]);
  });

  test('hold no fix twice and no late one', () => {
    const trails = new Trails();
    trails.keep('x');
    for (const at of [5, 5, 4, 6]) trails.add('x', spot(at));
    expect(trails.of('x').map(({ at }) => at)).toEqual([5, 6]);
  });
});
