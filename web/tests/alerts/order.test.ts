import { describe, expect, test } from 'vitest';
import { World } from '../../src/app/world';
import { showBadge } from '../../src/app/badge';
import { createAlerts } from '../../src/things/alerts/count';
import {
  alertsAbout,
  arranged,
  choicesOf,
  EVERYTHING,
  filtered,
} from '../../src/things/alerts/order';
import type { Thing } from '../../src/net/protocol';
import { alertThing, NOW } from './examples';

let seq = 0;

function worldOf(...things: Thing[]): World {
  const world = new World();
  world.greet('e');
  hear(world, things, true);
  return world;
}

function hear(world: World, things: Thing[], whole = false): void {
  world.hear({ t: 'news', seq: ++seq, whole, more: false, things, missed: {} });
}

const keys = (alerts: readonly { key: string }[]) => alerts.map(({ key }) => key);

describe('the list', () => {
  test('has what waits first, then what was seen, then what is over, the newest first, by day', () => {
    const world = worldOf(
      alertThing('jane/a.1', { at: NOW - 90_000 }),
      alertThing('jane/a.2', { at: NOW - 30, status: 'resolved' }),
      alertThing('jane/a.3', { at: NOW - 60 }),
      alertThing('jane/a.4', { at: NOW - 10, status: 'acknowledged' }),
      alertThing('jane/a.5', { at: NOW - 40 }),
    );
    const { stretches, more } = arranged(filtered(world, EVERYTHING, 'jane'), 50);
    expect(stretches.map(({ status, count }) => [status, count])).toEqual([
      ['open', 3],
      ['acknowledged', 1],
      ['resolved', 1],
    ]);
    expect(stretches[0]?.days.map(({ alerts }) => keys(alerts))).toEqual([
      ['alert/jane/a.5', 'alert/jane/a.3'],
      ['alert/jane/a.1'],
    ]);
    expect(more).toBe(0);
  });

  test('draws no more than was asked for, of however many, and says how many it leaves out', () => {
    const many = Array.from({ length: 400 }, (_, n) =>
      alertThing(`jane/a.${String(n)}`, { at: NOW - n, status: n < 30 ? 'open' : 'resolved' }),
    );
    const { stretches, more } = arranged(filtered(worldOf(...many), EVERYTHING, 'jane'), 50);
    const drawn = stretches.flatMap(({ days }) => days.flatMap(({ alerts }) => alerts));
    expect(drawn).toHaveLength(50);
    expect(stretches.map(({ count }) => count)).toEqual([30, 370]);
    expect(more).toBe(350);
  });

  test('is of one thing, of one rule, and without those of others unless wanted', () => {
    const world = worldOf(
      alertThing('jane/a.1'),
      alertThing('jane/b.1', { thing: 'probot/ProBot1', condition: { type: 'fallen' } }),
      alertThing('bob/c.1', { told: [{ account: 'jane', state: 'sent' }] }),
      alertThing('bob/d.1'),
    );
    const of = (more: object) => keys(filtered(world, { ...EVERYTHING, ...more }, 'jane')).sort();
    expect(of({})).toEqual(['alert/bob/c.1', 'alert/jane/a.1', 'alert/jane/b.1']);
    expect(of({ thing: 'probot/ProBot1' })).toEqual(['alert/jane/b.1']);
    expect(of({ rule: 'rule/jane/a' })).toEqual(['alert/jane/a.1']);
    expect(of({ others: true })).toHaveLength(4);
    expect(filtered(world, EVERYTHING, null)).toHaveLength(4);
    expect(choicesOf(filtered(world, EVERYTHING, 'jane')).things).toEqual([
      'friend/jane/phone',
      'probot/ProBot1',
    ]);
  });

  test('about a thing has all that wait, the last of the others, and those near it', () => {
    const near = { type: 'near', other: 'friend/kim/phone', metres: 50 };
    const world = worldOf(
      ...[1, 2, 3, 4].map((n) => alertThing(`jane/a.${String(n)}`, { at: n, status: 'resolved' })),
      alertThing('jane/a.5', { at: 0 }),
      alertThing('jane/n.1', { at: 9, condition: near }),
    );
    const of = (key: string) => keys(alertsAbout(world, key, 2));
    expect(of('friend/jane/phone')).toEqual([
      'alert/jane/n.1',
      'alert/jane/a.5',
      'alert/jane/a.4',
      'alert/jane/a.3',
    ]);
    expect(of('friend/kim/phone')).toEqual(['alert/jane/n.1']);
  });
});

describe('counting', () => {
  test('counts those that wait for this account, and takes what is done off', () => {
    const world = new World();
    const alerts = createAlerts(world, 'jane', () => NOW);
    world.greet('e');
    hear(world, [alertThing('jane/a.1'), alertThing('bob/b.1')], true);
    expect(alerts.open.value).toBe(1);
    hear(world, [alertThing('jane/a.1', { status: 'acknowledged', by: 'jane' })]);
    expect(alerts.open.value).toBe(0);
    hear(world, [alertThing('bob/b.1', { told: [{ account: 'jane', state: 'waiting' }] })]);
    expect(alerts.open.value).toBe(1);
    hear(world, [{ k: 'alert', id: 'bob/b.1', s: 9, gone: true }]);
    expect(alerts.open.value).toBe(0);
  });

  test('news are those that come while one looks, each once, and none that is old or of others', () => {
    const world = new World();
    const alerts = createAlerts(world, 'jane', () => NOW);
    world.greet('e');
    hear(world, [alertThing('jane/a.1', { at: NOW - 5 })], true);
    expect(alerts.news.value).toEqual([]);
    hear(world, [alertThing('jane/a.2', { at: NOW - 5 })]);
    hear(world, [alertThing('jane/a.2', { at: NOW - 5, note: 'hm' })]);
    hear(world, [alertThing('jane/a.3', { at: NOW - 5000 }), alertThing('bob/b.1', { at: NOW })]);
    expect(alerts.news.value).toEqual(['alert/jane/a.2']);
    // One that was found out late is news when it is found out.
    hear(world, [alertThing('jane/a.4', { at: NOW - 5000, late: NOW - 1 })]);
    expect(alerts.news.value).toEqual(['alert/jane/a.4', 'alert/jane/a.2']);
    // After a connection that was lost the whole picture comes again.
    world.greet('e2');
    hear(world, [alertThing('jane/a.2', { at: NOW - 5 })], true);
    alerts.dismiss('alert/jane/a.4');
    expect(alerts.news.value).toEqual(['alert/jane/a.2']);
    alerts.dismiss();
    expect(alerts.news.value).toEqual([]);
  });

  test('the number is on the icon of the app, where there is one', () => {
    const shown: unknown[] = [];
    const app = {
      setAppBadge: (count: number) => {
        shown.push(count);
        return Promise.reject(new Error('not installed'));
      },
      clearAppBadge: () => {
        shown.push('none');
        return Promise.resolve();
      },
    };
    showBadge(3, app);
    showBadge(0, app);
    expect(shown).toEqual([3, 'none']);
    expect(() => {
      showBadge(1, {});
    }).not.toThrow();
  });
});
