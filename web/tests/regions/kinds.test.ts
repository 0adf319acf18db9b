import { describe, expect, test } from 'vitest';
import { commandText, readPhone, regionsText, stateText } from '../../src/things/friends/phone';
import { boardOf } from '../../src/things/regions/boardrows';
import {
  transitionsOf,
  latenessOf,
  readTransition,
  timeOf,
} from '../../src/things/regions/transitions';
import { startOfDay } from '../../src/ui/times';
import { Notifications, MOST } from '../../src/things/regions/notifications';
import { readRegion } from '../../src/things/regions/read';
import { Visits } from '../../src/things/regions/visits';
import {
  areaText,
  transitionNote,
  transitionText,
  longText,
  shapeText,
  sinceText,
  verdictText,
  whoseText,
} from '../../src/things/regions/wording';
import { readWebhook, healthOf } from '../../src/things/webhooks/read';
import { mayAskPhone, mayEditRegion, mayKeepRegions, mayShareRegions } from '../../src/app/visitor';
import type { Visitor } from '../../src/app/visitor';
import type { Thing } from '../../src/net/protocol';
import { World } from '../../src/app/world';
import { things } from './golden';

let seq = 0;

function says(world: World, ...news: Omit<Thing, 's'>[]): void {
  if (!world.complete) world.greet('e');
  const whole = !world.complete;
  seq += 1;
  const changed = news.map((thing) => ({ ...thing, s: seq }) as Thing);
  world.hear({ t: 'news', seq, whole, more: false, missed: {}, things: changed });
}

const visit = (who: string, region: string, more: Record<string, unknown> = {}) => ({
  k: 'stay',
  id: `friend/${who}/${region}`,
  region,
  thing: `friend/${who}`,
  ...more,
});

const transition = (n: number, more: Record<string, unknown> = {}) => ({
  k: 'crossing',
  id: `${String(n)}/friend/jane/phone/ab`,
  n,
  at: 1000 + n,
  tst: 1000 + n,
  thing: 'friend/jane/phone',
  region: 'ab',
  name: 'Home',
  event: 'enter',
  by: 'server',
  ...more,
});

describe('a region', () => {
  test('is read as the golden news tell it', () => {
    const [home, islands, harbour] = things('region').map(readRegion);
    expect(home).toMatchObject({
      key: 'region/ab12cd34',
      name: 'Home',
      sort: 'shared',
      version: 3,
      colour: 'c2',
      shape: { is: 'circle', radius: 120 },
    });
    expect(islands).toMatchObject({ sort: 'personal', owner: 'jane' });
    expect(islands?.shape).toMatchObject({ is: 'polygon' });
    expect(harbour).toMatchObject({ sort: 'phone', phone: 'jane/phone' });
  });

  test('that was made of a phone’s waypoint is everybody’s', () => {
    const state = { origin: 'phone', phone: 'jane/phone' };
    expect(readRegion({ k: 'region', id: 'x', s: 1, ...state }).sort).toBe('shared');
  });

  test('with a shape that cannot be is kept without one', () => {
    const bad: Record<string, unknown>[] = [
      { shape: 'circle', lat: 91, lon: 0, rad: 5 },
      { shape: 'circle', lat: 1, lon: 0 },
      { shape: 'polygon', points: [[1, 2]] },
      { shape: 'polygon', points: [[1, 2], 'x', [3, 4]] },
      { shape: 'spiral' },
    ];
    for (const state of bad) {
      const region = readRegion({ k: 'region', id: 'x', s: 1, ...state });
      expect(region).not.toHaveProperty('shape');
      expect(region.colour).toMatch(/^c[1-8]$/);
      expect(shapeText(region.shape, 'metric')).toBe('Of an unknown shape');
    }
  });

  test('is told by whose it is and how large', () => {
    const [home, islands, harbour] = things('region').map(readRegion);
    if (!home || !islands || !harbour) throw new Error('missing');
    expect([home, islands, harbour].map((region) => whoseText(region, 'jane'))).toEqual([
      'Shared',
      'Yours',
      'From jane/phone',
    ]);
    expect(whoseText(islands, 'bob')).toBe('jane’s');
    expect(shapeText(home.shape, 'metric')).toBe('Within 120 m');
    expect(shapeText(islands.shape, 'metric')).toMatch(/^4 corners, [\d,]+ km²$/);
    expect(areaText(5000, 'metric')).toBe('5,000 m²');
    expect(areaText(4046.9, 'imperial')).toBe('1 acres');
  });
});

describe('visits', () => {
  test('are found by region and by who it is, the longest first', () => {
    const world = new World();
    const visits = new Visits(world);
    says(world, visit('jane/phone', 'ab', { since: 50 }), visit('kim/phone', 'ab', { since: 20 }));
    says(world, visit('jane/phone', 'cd', { since: 10 }));
    expect(visits.in('ab').map(({ thing }) => thing)).toEqual([
      'friend/kim/phone',
      'friend/jane/phone',
    ]);
    expect(visits.of('friend/jane/phone').map(({ region }) => region)).toEqual(['cd', 'ab']);
    expect([visits.people, visits.countIn('ab')]).toEqual([2, 2]);
  });

  test('end, and are gone from both sides', () => {
    const world = new World();
    const visits = new Visits(world);
    says(world, visit('jane/phone', 'ab'));
    says(world, { k: 'stay', id: 'friend/jane/phone/ab', gone: true });
    expect([visits.in('ab'), visits.of('friend/jane/phone')]).toEqual([[], []]);
    expect(visits.people).toBe(0);
  });

  test('say by whose verdict, and what is in doubt', () => {
    const world = new World();
    const visits = new Visits(world);
    says(world, ...things('stay'), visit('kim/phone', 'ab12cd34', { by: 'both', since: 1 }));
    expect(visits.in('ab12cd34').map(verdictText)).toEqual([
      'Server and phone agree',
      'The server says so, the phone does not: the phone said at 14:31 that it left',
    ]);
  });
});

describe('the board', () => {
  const regions = ['Yard', 'Attic 10', 'Attic 9'].map((name, n) =>
    readRegion({ k: 'region', id: `r${String(n)}`, s: 1, name, shape: 'circle' }),
  );
  const inside = (id: string) =>
    id === 'r0'
      ? [
          {
            region: 'r0',
            thing: 'friend/jane/phone',
            since: 1,
            by: 'server' as const,
            disputed: false,
          },
        ]
      : [];
  const nameOf = () => 'Jané Doe';

  test('has the empty ones apart, each in the order of names', () => {
    const { occupied, empty } = boardOf(regions, inside, '', nameOf);
    expect(occupied.map(({ region }) => region.name)).toEqual(['Yard']);
    expect(empty.map(({ region }) => region.name)).toEqual(['Attic 9', 'Attic 10']);
  });

  test('finds a region by its name and by who is in it', () => {
    expect(boardOf(regions, inside, 'attic 1', nameOf).empty).toHaveLength(1);
    expect(boardOf(regions, inside, 'jane', nameOf).occupied).toHaveLength(1);
    expect(boardOf(regions, inside, 'nobody', nameOf)).toEqual({ occupied: [], empty: [] });
  });
});

describe('transitions', () => {
  test('are told with who says so, who disagrees, and what came late', () => {
    const [entered, left] = things('crossing').map(readTransition);
    if (!entered || !left) throw new Error('missing');
    expect(transitionText(entered, 'Jane')).toBe('Jane entered Home');
    expect(transitionNote(entered)).toEqual({
      text: 'by the server, the phone says otherwise',
      disputed: true,
    });
    expect(transitionText(left, 'Jane')).toBe('Jane left Gym');
    expect(transitionNote(left)).toEqual({
      text: 'by the phone, told 15 min later',
      disputed: false,
    });
    expect(latenessOf(entered)).toBeUndefined();
    expect(left).not.toHaveProperty('region');
    const agreed = readTransition({ ...transition(3, { agrees: true }), s: 1 });
    expect(transitionNote(agreed).text).toBe('server and phone agree');
    const through = readTransition({ ...transition(4, { inferred: true, tst: 5 }), s: 1 });
    expect(transitionNote(through).text).toBe('passed through (inferred)');
  });

  test('stand where they happened, not where they were told', () => {
    const world = new World();
    says(world, transition(1), transition(2, { tst: 5 }), transition(3));
    expect(transitionsOf(world).map(({ n }) => n)).toEqual([3, 1, 2]);
    expect(transitionsOf(world, { since: 100 }).map(({ n }) => n)).toEqual([3, 1]);
    expect(transitionsOf(world, { thing: 'friend/kim/phone' })).toEqual([]);
    expect(transitionsOf(world, { region: 'region/ab' }).map(timeOf)).toEqual([1003, 1001, 5]);
  });

  test('of today begin at midnight here', () => {
    const now = Date.now() / 1000;
    const start = startOfDay(now);
    expect(now - start).toBeLessThan(25 * 3600);
    expect(new Date(start * 1000).getHours()).toBe(0);
  });
});

describe('the notifications', () => {
  test('does not tell what happened before the page was there', () => {
    const world = new World();
    const notifications = new Notifications(world, () => 1010);
    says(world, transition(1), transition(2));
    expect(notifications.current.value.transitions).toEqual([]);
    says(world, transition(3));
    expect(notifications.current.value.transitions.map(({ n }) => n)).toEqual([3]);
    expect(notifications.unseen.value).toBe(1);
  });

  test('does not tell one twice, and not what is long past', () => {
    const world = new World();
    const notifications = new Notifications(world, () => 5000);
    says(world, transition(1));
    says(world, transition(4000, { at: 4000 }));
    says(world, transition(4000, { at: 4000, agrees: true }));
    expect(notifications.current.value.transitions).toEqual([]);
    says(world, transition(4001, { at: 4990 }));
    says(world, transition(4001, { at: 4990, agrees: false }));
    expect(notifications.unseen.value).toBe(1);
    // What the other side said meanwhile is told with it.
    expect(notifications.current.value.transitions).toMatchObject([{ n: 4001, agrees: false }]);
  });

  test('shows few at once and says how many more', () => {
    const world = new World();
    const notifications = new Notifications(world, () => 1010);
    const heard: number[] = [];
    notifications.onNews(({ n }) => heard.push(n));
    says(world, transition(1));
    says(world, ...[2, 3, 4, 5, 6].map((n) => transition(n)));
    expect(notifications.current.value.transitions.map(({ n }) => n)).toEqual([6, 5, 4]);
    expect(notifications.current.value.more).toBe(5 - MOST);
    expect(heard).toEqual([2, 3, 4, 5, 6]);
    for (const n of [6, 5, 4]) notifications.dismiss(n);
    expect(notifications.current.value).toEqual({ transitions: [], more: 0 });
    notifications.seen();
    expect(notifications.unseen.value).toBe(0);
  });

  test('begins anew with another numbering', () => {
    const world = new World();
    const notifications = new Notifications(world, () => 1010);
    says(world, transition(9));
    world.greet('another');
    const again = { ...transition(1), s: 1 } as Thing;
    world.hear({ t: 'news', seq: 1, whole: true, more: false, missed: {}, things: [again] });
    expect(notifications.current.value.transitions).toEqual([]);
  });
});

describe('a phone', () => {
  test('is read as the golden news tell it, the newest command first', () => {
    const [phone] = things('phone').map(readPhone);
    if (!phone) throw new Error('missing');
    expect(phone).toMatchObject({ transport: 'mqtt', encrypted: true, platform: 'android' });
    expect(regionsText(phone)).toEqual({ text: 'The phone has version 7', tone: 'ok' });
    expect(phone.commands.map((each) => [commandText(each.do), stateText(each).text])).toEqual([
      ['Where are you?', 'no answer in time'],
      ['Send regions', 'done'],
    ]);
    expect(phone.status).toContainEqual(['battery optimisation', 'on']);
  });

  test('that says nothing of this sort is one of which little is known', () => {
    const phone = readPhone({ k: 'phone', id: 'x/y', s: 1, commands: 'none', platform: '?' });
    expect(phone).toEqual({
      app: '',
      encrypted: false,
      regions: { state: 'none', version: 0, at: 0, why: '' },
      commands: [],
      status: [],
    });
  });
});

test('a webhook that gave something up says so, and one that is behind too', () => {
  const [hook] = things('webhook').map(readWebhook);
  expect(hook && healthOf(hook)).toBe('lost');
  const behind = readWebhook({ k: 'webhook', id: 'x', s: 1, queued: 3, why: 'refused' });
  expect(healthOf(behind)).toBe('behind');
  expect(healthOf(readWebhook({ k: 'webhook', id: 'x', s: 1, queued: 1 }))).toBe('ok');
});

describe('who may what', () => {
  const visitor = (role: Visitor['role'], own: string[] = [], looks_only = false): Visitor => ({
    name: 'jane',
    role,
    way: looks_only ? 'link' : 'account',
    rights: { see: ['*'], drive: [], own, admin: role === 'admin', looks_only },
  });

  test('shared regions are for operators and admins, personal ones for everybody with an account', () => {
    const edits = (role: Visitor['role']) => [
      mayShareRegions(visitor(role)),
      mayEditRegion(visitor(role), undefined),
      mayEditRegion(visitor(role), 'jane'),
      mayEditRegion(visitor(role), 'bob'),
      mayKeepRegions(visitor(role)),
    ];
    expect(edits('viewer')).toEqual([false, false, true, false, true]);
    expect(edits('operator')).toEqual([true, true, true, false, true]);
    expect(edits('admin')).toEqual([true, true, true, true, true]);
  });

  test('an operator who sees no shared regions makes none', () => {
    const blind = visitor('operator');
    const rights = { ...blind.rights, see: ['friend/jane'] };
    expect(mayShareRegions({ ...blind, rights })).toBe(false);
  });

  test('who came by a shared link changes nothing', () => {
    const guest = visitor('viewer', ['friend/jane'], true);
    expect(mayEditRegion(guest, 'jane')).toBe(false);
    expect(mayKeepRegions(guest)).toBe(false);
    expect(mayAskPhone(guest, 'friend/jane/phone')).toBe(false);
  });

  test('a phone is asked by whom it belongs to, and by admins', () => {
    expect(mayAskPhone(visitor('viewer', ['friend/jane']), 'friend/jane/phone')).toBe(true);
    expect(mayAskPhone(visitor('operator'), 'friend/jane/phone')).toBe(false);
    expect(mayAskPhone(visitor('admin'), 'friend/jane/phone')).toBe(true);
  });
});

test('how long somebody is there does not tick', () => {
  expect([59, 2300, 15_030, 200_000].map(longText)).toEqual([
    '59 s',
    '38 min',
    '4 h 10 min',
    '2 d 7 h',
  ]);
  expect(sinceText(undefined, 100)).toBe('since when is not known');
});
