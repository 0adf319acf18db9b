import { describe, expect, test } from 'vitest';
import { granted, Refused } from '../../src/net/requests';
import { askOf } from '../fakes';
import { readBroker } from '../../src/things/broker/read';
import { ceiling, table } from '../../src/things/probots/drive/chart';
import { collect } from '../../src/things/probots/drive/history';
import { fallPerMinute } from '../../src/things/probots/drive/battery';
import { percentile } from '../../src/things/probots/drive/latency';
import {
  addressesOf,
  driverText,
  readAlarm,
  readCommand,
  readGuard,
  readLease,
  termsOf,
} from '../../src/things/probots/drive/read';
import { may } from '../../src/things/probots/drive/roles';
import { obstacle } from '../../src/things/probots/drive/robotstate';
import { Stopper } from '../../src/things/probots/drive/stopper';
import { secondsText } from '../../src/things/probots/drive/stoptime';
import {
  inOrder,
  latencyClass,
  postureOf,
  postureText,
  robotFreshness,
  readProBot,
  availabilityOf,
} from '../../src/things/probots/read';
import type { Thing } from '../../src/net/protocol';
import { World } from '../../src/app/world';
import { ALL_WELL } from '../../src/things/links';
import type { ProBot } from '../../src/things/probots/read';

const thing = (k: string, id: string, state: Record<string, unknown> = {}): Thing => ({
  k,
  id,
  s: 1,
  ...state,
});
const robot = (state: Record<string, unknown> = {}) =>
  readProBot(
    thing('probot', 'ProBot1', {
      presence: 'live',
      heard: 100,
      at: 100,
      routine: 'started',
      ...state,
    }),
  );

describe('what the server shows of driving', () => {
  test('a lease', () => {
    expect(
      readLease(
        thing('lease', 'ProBot1', { holder: 'amy', fence: 9, state: 'moving', asks: ['bob'] }),
      ),
    ).toEqual({
      robot: 'ProBot1',
      holder: 'amy',
      fence: 9,
      since: 0,
      state: 'moving',
      asks: ['bob'],
      loose: false,
    });
  });

  test('who drives, and where from', () => {
    const lease = (state: Record<string, unknown> = {}) =>
      readLease(thing('lease', 'ProBot1', { holder: 'amy', fence: 9, ...state }));
    expect(driverText(lease(), 'bob')).toBe('amy drives it');
    expect(driverText(lease(), 'amy')).toBe('You drive it in another tab');
    expect(driverText(lease({ server: 'b' }), 'bob')).toBe('amy drives it through server b');
    expect(driverText(lease({ server: 'b', loose: true }), 'amy')).toBe(
      'You drive it through server b (connection lost)',
    );
  });

  test('a lease in a state of another make is parked', () => {
    expect(readLease(thing('lease', 'ProBot1', { state: 'flying' })).state).toBe('parked');
  });

  test('a guard, an alarm, a line of the log', () => {
    const parts = [{ dies: 'hung', seconds: 0.52, bound: 0.6, measured: 0.52 }];
    expect(
      readGuard(
        thing('guard', 'main', {
          presence: 'live',
          stops_within: 0.52,
          parts: [...parts, 7, { dies: 'flies', seconds: 1, bound: 1 }, { dies: 'hung' }],
        }),
      ),
    ).toEqual({ broker: 'main', presence: 'live', since: 0, stops_within: 0.52, parts });
    expect(
      readAlarm(thing('alarm', 'keys/ProBot1', { what: 'retained', robot: 'ProBot1', count: 2 })),
    ).toMatchObject({ topic: 'keys/ProBot1', what: 'retained', count: 2 });
    expect(readCommand(thing('command', '17', { n: 17, at: 5, who: 'amy', what: 'take' }))).toEqual(
      { n: 17, at: 5, who: 'amy', what: 'take', robot: '' },
    );
  });

  test('the worst case says what was measured and what was not', () => {
    expect(secondsText({ dies: 'hung', seconds: 0.6, bound: 0.6 })).toBe(
      'at most 0.6 s, not measured yet',
    );
    expect(secondsText({ dies: 'hung', seconds: 0.52, bound: 0.6, measured: 0.52 })).toBe(
      '0.52 s, measured',
    );
    expect(secondsText({ dies: 'both', seconds: 10, bound: 10, measured: 4.6 })).toBe(
      'at most 10 s, 4.6 s measured',
    );
  });

  test('a round trip is in one of the five classes of the original', () => {
    expect([199, 200, 300, 500, 1000].map(latencyClass)).toEqual([
      'very good',
      'good',
      'slow',
      'very slow',
      'too slow to drive',
    ]);
  });

  test('terms without a number are none', () => {
    const answer = { ok: true, silence: 400, keep: 3000, most: 1, rate: 20, stops_within: 0.6 };
    expect(() => granted('take', answer)).toThrow(Refused);
    expect(termsOf(granted('take', { ...answer, lease: 4 }))).toEqual({
      fence: 4,
      silence: 400,
      keep: 3000,
      stops_within: 0.6,
    });
  });

  test('where the drivers are', () => {
    const drivers = { ProBot1: { holder: 'amy', address: '192.0.2.7' }, ProBot2: 3 };
    expect([...addressesOf(granted('drivers', { ok: true, drivers }))]).toEqual([
      ['ProBot1', '192.0.2.7'],
    ]);
  });
});

describe('how a robot stands', () => {
  const fresh = (one: ProBot, links = ALL_WELL, now = one.heard ?? 0) =>
    robotFreshness(one, links, now);

  test('is not known while the way to it is lost, and then nothing of it counts as of now', () => {
    const one = robot({ angle: 2, heard: 1000 });
    for (const [server, broker] of [
      [1020, undefined],
      [null, 1010],
      [1020, 1010],
    ] as const) {
      const brokers = new Map(broker === undefined ? [] : [['main', broker]]);
      const links = {
        server: server === null ? null : { asOf: server },
        brokers,
        allBrokers: false,
      };
      const found = fresh(one, links, 1030);
      expect(found).toMatchObject({ status: 'cut', asOf: broker ?? server, current: false });
      expect(availabilityOf(one, found, false)).toBe('unknown');
      expect(availabilityOf(one, found, true)).toBe('unknown');
      expect(postureText(one, found, 1030)).toMatch(/^Was upright/);
    }
  });

  test.each([
    [{ heard: undefined, at: undefined, presence: 'offline' }, false, 'not working'],
    [{ presence: 'offline' }, false, 'offline'],
    [{ presence: 'stale' }, false, 'available'],
    [{}, true, 'in use'],
    [{}, false, 'available'],
    [{ routine: 'not running' }, false, 'not working'],
    [{ routine: 'not running' }, true, 'not working'],
    [{ routine: 'stopped' }, false, 'stopped'],
    [{ routine: 'unknown' }, false, 'stopped'],
    [{ routine: undefined }, false, 'stopped'],
    [{ angle: -80 }, false, 'not working'],
    [{ angle: -28 }, false, 'available'],
    [{ angle: -80, presence: 'offline' }, false, 'offline'],
  ] as const)('%j, leased: %s', (state, leased, availability) => {
    const one = robot(state);
    expect(availabilityOf(one, fresh(one), leased)).toBe(availability);
  });

  test.each([
    [undefined, undefined],
    [-3, 'upright'],
    [28, 'leaning'],
    [-80, 'fallen'],
  ])('at %s degrees: %s', (angle, posture) => {
    expect(postureOf(angle)).toBe(posture);
  });

  test('the posture of a robot that is offline is that of its last message', () => {
    const heard = new Date(2026, 10, 29, 12, 4, 10).getTime() / 1000;
    const stood = robot({ angle: 2, heard, presence: 'offline' });
    const text = (one: ProBot, now: number) => postureText(one, fresh(one, ALL_WELL, now), now);
    expect(text(stood, heard + 600)).toBe('Was upright, 12:04');
    expect(text(stood, heard + 86_400)).toBe('Was upright, 29 Nov 12:04');
    expect(text(robot({ angle: -80, heard }), heard)).toBe('Fallen');
    expect(text(robot({ presence: 'offline' }), heard)).toBe('No angle');
  });

  test('those of the settings come first, in their order; then by name', () => {
    const names = [
      thing('probot', 'ProBot10'),
      thing('probot', 'ProBot2'),
      thing('probot', 'ProBot7', { order: 1 }),
      thing('probot', 'ProBot9', { order: 0 }),
    ].map(readProBot);
    expect(names.sort(inOrder).map(({ id }) => id)).toEqual([
      'ProBot9',
      'ProBot7',
      'ProBot2',
      'ProBot10',
    ]);
  });

  test.each([
    [{ live: false }, /connection to the server/],
    [{ past: true }, /the past/],
    [{ robot: robot({ heard: undefined, at: undefined }) }, /never heard/],
    [{ robot: robot({ presence: 'offline' }) }, /is offline/],
    [{ robot: robot({ routine: 'not running' }) }, /program is not running/],
    [{ robot: robot({ routine: 'stopped' }) }, /routine is stopped/],
    [{ robot: robot({ routine: 'unknown' }) }, /has not said/],
    [{ robot: robot({ angle: 81 }) }, /has fallen over/],
    [{ guard: readGuard(thing('guard', 'main', { driving: 'not at AWS IoT' })) }, /^Not at AWS/],
    [{ broker: readBroker(thing('broker', 'main', { link: { state: 'lost' } })) }, /broker main/],
  ])('nobody drives when %#', (part, why) => {
    const usual = { robot: robot(), live: true };
    expect(obstacle(usual)).toBeNull();
    expect(obstacle({ ...usual, ...part })).toMatch(why);
  });
});

test('roles: everybody stops, operators drive, admins do the rest', () => {
  expect(may('viewer', 'stop')).toBe(true);
  expect(may('viewer', 'drive')).toBe(false);
  expect(may('operator', 'drive')).toBe(true);
  expect(may('operator', 'shutdown')).toBe(false);
  expect(may('admin', 'shutdown')).toBe(true);
  expect(may('emperor', 'drive')).toBe(false);
});

describe('the stop', () => {
  const outside = (answer: () => Promise<object>) => {
    const said: [string, Record<string, unknown>][] = [];
    const stopper = new Stopper({
      ask: askOf((request, fields) => {
        said.push([request, fields]);
        return answer();
      }),
      now: () => 5,
      wall: () => 9,
    });
    return { stopper, said };
  };

  test('goes out at once, and says when it was confirmed', async () => {
    const { stopper, said } = outside(() => Promise.resolve({ stopped: ['ProBot1'] }));
    const done = stopper.stop('ProBot1');
    expect(said).toEqual([['stop', { thing: 'probot/ProBot1' }]]);
    expect(stopper.last.value?.state).toBe('sent');
    await done;
    expect(stopper.last.value).toMatchObject({ state: 'done', robot: 'ProBot1' });
  });

  test('of all robots names none', async () => {
    const { stopper, said } = outside(() => Promise.resolve({ stopped: ['ProBot1', 'ProBot2'] }));
    await stopper.stop(null);
    expect(said).toEqual([['stop', {}]]);
    expect(stopper.last.value?.text).toContain('2 robots');
  });

  test('that is not confirmed says so loudly', async () => {
    const { stopper } = outside(() => Promise.reject(new Refused('offline', 'no connection')));
    await stopper.stop(null);
    expect(stopper.last.value).toMatchObject({ state: 'failed' });
    expect(stopper.last.value?.text).toContain('NOT confirmed: no connection');
  });
});

describe('the charts', () => {
  test('put lines over one time', () => {
    const lines = [
      {
        name: 'a',
        colour: 'ok',
        points: [
          { at: 1, value: 9 },
          { at: 3, value: 5 },
        ],
      },
      { name: 'b', colour: 'ok', points: [{ at: 2, value: 7 }] },
    ];
    expect(table(lines, 2)).toEqual([
      [2, 3],
      [null, 5],
      [7, null],
    ]);
  });

  test('leave room above', () => {
    expect(ceiling(0)).toBe(10);
    expect(ceiling(19)).toBe(50);
    expect(ceiling(9000)).toBe(9900);
  });

  test('know their figures', () => {
    const points = Array.from({ length: 100 }, (_, at) => ({ at, value: at }));
    expect(percentile(points, 0.95)).toBe(95);
    expect(percentile([], 0.95)).toBeUndefined();
    expect(
      fallPerMinute([
        { at: 0, value: 80 },
        { at: 120, value: 78 },
      ]),
    ).toBe(1);
    expect(
      fallPerMinute([
        { at: 0, value: 80 },
        { at: 30, value: 78 },
      ]),
    ).toBeUndefined();
  });

  test('are fed from what is heard, but not from the silence of a robot', () => {
    const world = new World();
    const history = collect(world, () => 50);
    world.greet('e');
    const news = (seq: number, ...things: Thing[]) => {
      world.hear({ t: 'news', seq, whole: seq === 1, more: false, missed: {}, things });
    };
    const said = { presence: 'live', batt: 80, rtt: 20 };
    news(
      1,
      thing('probot', 'ProBot1', { ...said, heard: 1 }),
      thing('broker', 'main', { trip: 2 }),
    );
    news(2, thing('probot', 'ProBot1', { ...said, heard: 1.5, rtt: 30 }));
    news(3, thing('probot', 'ProBot1', { ...said, heard: 9, presence: 'offline' }));
    expect(history.latency.of('ProBot1').map(({ value }) => value)).toEqual([20, 30]);
    expect(history.battery.of('ProBot1')).toHaveLength(1);
    expect(history.trip.of('main')).toEqual([{ at: 50, value: 2 }]);
  });
});
