import { describe, expect, test } from 'vitest';
import { readPlace, writePlace } from '../src/app/address';
import { BINDINGS, PAIR_WITHIN, pressed } from '../src/app/keys';
import { Scheduler } from '../src/app/scheduler';
import { readSettings } from '../src/app/preferences';
import { FrameLog } from '../src/app/framelog';
import { World } from '../src/app/world';
import { pick } from '../src/pages/console/frames';
import { prettyJson } from '../src/pages/console/inspector';
import { complaint } from '../src/pages/console/sendcard';
import { exampleCommand } from '../src/pages/roster/empty';
import { sparkPath } from '../src/ui/spark';
import { linkText } from '../src/things/server/status';
import type { Link } from '../src/things/broker/read';

describe('the address', () => {
  test('keeps section, view and selection', () => {
    const place = {
      section: 'map' as const,
      view: { zoom: 5.05, lat: 50.6, lng: -6.6 },
      selected: 'friend/jane doe/phone #1',
    };
    expect(readPlace(writePlace(place))).toEqual(place);
  });

  test('keeps the page of a section', () => {
    expect(writePlace({ section: 'admin', tab: 'audit' })).toBe('#admin?tab=audit');
    expect(readPlace('#admin?tab=audit')).toEqual({ section: 'admin', tab: 'audit' });
    expect(readPlace('#admin?tab=<b>')).toEqual({ section: 'admin' });
  });

  test('names the moment of the past that is looked at', () => {
    const at = Date.UTC(2026, 10, 17, 13, 32, 8) / 1000;
    expect(writePlace({ section: 'map', at, selected: 'friend/a/b' })).toBe(
      '#map?at=2026-11-17T13:32:08Z&id=friend/a/b',
    );
    expect(readPlace('#map?at=2026-11-17T13:32:08Z')).toEqual({ section: 'map', at });
    expect(readPlace('#map?at=2026-11-17T14:32:08+01:00')).toEqual({ section: 'map', at });
    expect(readPlace('#map?at=2026-11-17T13:32Z')).toEqual({ section: 'map', at: at - 8 });
    for (const no of ['yesterday', '2026-11-17', '2026-11-17T13:32:08', '2026-13-40T99:99:99Z']) {
      expect(readPlace(`#map?at=${no}`)).toEqual({ section: 'map' });
    }
  });

  test('is easy to read', () => {
    expect(
      writePlace({ section: 'map', view: { zoom: 5, lat: 1, lng: 2 }, selected: 'friend/a/b' }),
    ).toBe('#map?view=5.00/1.0000/2.0000&id=friend/a/b');
  });

  test.each([
    '',
    '#',
    '#nowhere',
    '#map?view=',
    '#map?view=a/b/c',
    '#map?view=5/91/0',
    '#map?id=x',
    '#%',
  ])('that makes no sense (%j) shows the map', (fragment) => {
    expect(readPlace(fragment)).toEqual({ section: 'map' });
  });
});

describe('keys', () => {
  test('do what the help says', () => {
    expect(pressed('f', null, 0).action).toBe('follow');
    expect(pressed('F', null, 0).action).toBe('follow');
    expect(pressed('Escape', null, 0).action).toBe('close');
    expect(pressed('x', null, 0)).toEqual({ action: null, waiting: null });
  });

  test('of a pair work one after the other', () => {
    const first = pressed('g', null, 100);
    expect(first.action).toBeNull();
    expect(pressed('b', first.waiting, 200)).toEqual({ action: 'broker', waiting: null });
  });

  test('of a pair are forgotten after a while', () => {
    const { waiting } = pressed('g', null, 0);
    expect(pressed('m', waiting, PAIR_WITHIN + 1).action).toBeNull();
    expect(pressed('d', waiting, PAIR_WITHIN + 1).action).toBe('theme');
  });

  test('are all different', () => {
    const all = BINDINGS.map((binding) => binding.keys.join(' '));
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('settings', () => {
  test('are kept', () => {
    expect(readSettings('{"theme":"light","motion":"reduced","units":"imperial"}')).toEqual({
      theme: 'light',
      motion: 'reduced',
      units: 'imperial',
      hours: 'auto',
      zone: '',
      crossings: true,
      notify: false,
      alerts: true,
      alertSound: false,
      alertVibration: false,
      doubtful: false,
      layer: '',
    });
    const quiet = readSettings('{"crossings":false,"notify":true}');
    expect([quiet.crossings, quiet.notify]).toEqual([false, true]);
  });

  test.each([null, '', 'no', '[]', '7', '{"theme":"pink"}'])(
    'stored as %j are the defaults',
    (stored) => {
      expect(readSettings(stored)).toEqual({
        theme: 'auto',
        motion: 'auto',
        units: 'metric',
        hours: 'auto',
        zone: '',
        crossings: true,
        notify: false,
        alerts: true,
        alertSound: false,
        alertVibration: false,
        doubtful: false,
        layer: '',
      });
    },
  );
});

describe('the frame log', () => {
  test('keeps the newest frames, within a number and a size', () => {
    const frameLog = new FrameLog(3, 100);
    for (let n = 1; n <= 5; n++) frameLog.add('in', 'news', String(n), n);
    expect(frameLog.frames.map(({ text }) => text)).toEqual(['3', '4', '5']);
    frameLog.add('in', 'news', 'x'.repeat(99), 6);
    expect(frameLog.frames.map(({ size }) => size)).toEqual([1, 99]);
    expect(frameLog.count).toBe(6);
  });

  test('keeps one frame that is larger than everything', () => {
    const frameLog = new FrameLog(3, 10);
    frameLog.add('in', 'news', 'x'.repeat(50), 1);
    expect(frameLog.frames).toHaveLength(1);
  });

  test('shows the newest first, by direction and content, and beats only when wanted', () => {
    const frameLog = new FrameLog();
    frameLog.add('out', 'resume', '{"t":"resume"}', 1);
    frameLog.add('in', 'news', '{"id":"Jane"}', 2);
    frameLog.add('in', 'beat', '{"t":"beat"}', 3);
    const labels = (...how: [string, 'all' | 'in' | 'out', boolean]) =>
      pick(frameLog.frames, ...how).map(({ label }) => label);
    expect(labels('', 'all', false)).toEqual(['news', 'resume']);
    expect(labels('', 'in', true)).toEqual(['beat', 'news']);
    expect(labels('jane', 'all', true)).toEqual(['news']);
  });
});

describe('a frame by hand', () => {
  test('is checked before it is sent', () => {
    expect(complaint('{"id": 1, "do": "ping"}', 4096)).toBeNull();
    expect(complaint('', 4096)).toContain('Write a frame');
    expect(complaint('{"id": 1,', 4096)).toContain('Not JSON');
    expect(complaint('[]', 4096)).toContain('object');
    expect(complaint('{"do":"ping"}', 4096)).toContain('"id"');
    expect(complaint('{"id":1}', 4096)).toContain('"do"');
    expect(complaint(`{"id":1,"do":"${'é'.repeat(40)}"}`, 90)).toContain(
      'more than the server takes',
    );
  });

  test('is shown with line breaks, and as it is when it is not JSON', () => {
    expect(prettyJson('{"a":1}')).toBe('{\n  "a": 1\n}');
    expect(prettyJson('{"a"')).toBe('{"a"');
  });
});

describe('the broker in words', () => {
  const link = (part: Partial<Link>): Link => ({
    state: 'connected',
    since: 0,
    tries: 0,
    address: 'h:1',
    protocol: '5',
    tls: false,
    mute: false,
    ...part,
  });

  test('lost: why, and when it is tried again', () => {
    expect(linkText(link({ state: 'lost', why: 'connection refused', next: 103 }), 100.4)).toBe(
      'No news from it. Connection refused. Next try in 3 s.',
    );
    expect(linkText(link({ state: 'lost', next: 99 }), 100)).toContain('Trying now.');
  });

  test('connected: nothing more than that', () => {
    expect(linkText(link({}), 100)).toBe('Connected.');
  });
});

test('an example for an empty map publishes to the broker in use', () => {
  expect(exampleCommand('10.0.0.7:2883')).toContain(
    'mosquitto_pub -h 10.0.0.7 -p 2883 -t owntracks/',
  );
  expect(exampleCommand('')).toContain('-h 127.0.0.1 -p 1883');
});

test('changes are told once per drawn frame, however many frames came', () => {
  const world = new World();
  const due: (() => void)[] = [];
  const scheduler = new Scheduler(world, (draw) => due.push(draw));
  const told: string[][] = [];
  scheduler.on(({ keys }) => told.push([...keys]));
  world.greet('e');
  for (let seq = 1; seq <= 50; seq++) {
    world.hear({
      t: 'news',
      seq,
      whole: seq === 1,
      more: false,
      missed: {},
      things: [{ k: 'friend', id: `${String(seq % 2)}/p`, s: seq }],
    });
  }
  expect(due).toHaveLength(1);
  due[0]?.();
  expect(told).toEqual([['friend/1/p', 'friend/0/p']]);
});

test('a small line needs two points in time, and stays inside its box', () => {
  expect(sparkPath([{ at: 1, value: 5 }], 100, 30, false)).toBe('');
  const path = sparkPath(
    [0, 9, 3].map((value, at) => ({ at, value })),
    100,
    30,
    false,
  );
  const ys = [...path.matchAll(/ ([\d.-]+)/g)].map((match) => Number(match[1]));
  expect(Math.min(...ys)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...ys)).toBeLessThanOrEqual(30);
});
