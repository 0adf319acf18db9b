import { describe, expect, test } from 'vitest';
import { granted } from '../src/net/requests';
import { arrangeClients, flagWords, readClient } from '../src/things/broker/clients';
import type { ClientWishes } from '../src/things/broker/clients';
import { grouping } from '../src/things/broker/groups';
import { BrokerLog, pickLines } from '../src/things/broker/log';
import { readBroker } from '../src/things/broker/read';
import { NO_SERIES, joined, pointsOf, readSeries, since } from '../src/things/broker/series';
import { leftText, sinceText } from '../src/pages/broker/clienttext';
import type { Thing } from '../src/net/protocol';
import { World } from '../src/app/world';

let seq = 0;
const thing = (k: string, id: string, fields: Record<string, unknown> = {}): Thing => ({
  k,
  id,
  s: ++seq,
  ...fields,
});
const line = (n: number, text: string, more: Record<string, unknown> = {}): Thing =>
  thing('log', `main/${String(n)}`, {
    broker: 'main',
    n,
    at: 1000 + n,
    level: 'notice',
    text,
    ...more,
  });

describe('the log of the log', () => {
  const hears = (world: World, whole: boolean, ...things: Thing[]) => {
    world.hear({ t: 'news', seq: ++seq, whole, more: false, missed: {}, things });
  };

  test('keeps lines that the server has let go of', () => {
    const world = new World();
    const log = new BrokerLog(world);
    world.greet('e');
    hears(world, true, line(1, 'one'), line(2, 'two'));
    hears(world, false, line(3, 'three'), { ...line(1, ''), gone: true });
    expect(log.lines.map((each) => each.text)).toEqual(['one', 'two', 'three']);
  });

  test('has each line once, however often the picture comes', () => {
    const world = new World();
    const log = new BrokerLog(world);
    world.greet('e');
    hears(world, true, line(1, 'one'));
    hears(world, true, line(1, 'one'), line(2, 'two'));
    expect(log.lines).toHaveLength(2);
  });

  test('counts what passed while nobody was there, but not what was before', () => {
    const world = new World();
    const log = new BrokerLog(world);
    world.greet('e');
    hears(world, true, line(500, 'a'));
    expect(log.missed('main')).toBe(0);
    hears(world, false, line(504, 'b'));
    expect(log.missed('main')).toBe(3);
  });

  test('is bounded', () => {
    const world = new World();
    const log = new BrokerLog(world, 3);
    world.greet('e');
    hears(world, true, ...[1, 2, 3, 4, 5].map((n) => line(n, String(n))));
    expect(log.lines.map((each) => each.n)).toEqual([3, 4, 5]);
  });

  test('is shown by broker, level and words, newest first', () => {
    const world = new World();
    const log = new BrokerLog(world);
    world.greet('e');
    hears(
      world,
      true,
      line(1, 'Client Zoë left'),
      line(2, 'zoe 0 a/#', { level: 'subscribe' }),
      line(3, 'broken', { level: 'error' }),
      { ...line(4, 'elsewhere', { broker: 'other' }), id: 'other/4' },
    );
    const texts = (
      ...wishes: Parameters<typeof pickLines> extends [unknown, ...infer R] ? R : never
    ) => pickLines(log.lines, ...wishes).map((each) => each.n);
    expect(texts('main', 'all', '')).toEqual([3, 2, 1]);
    expect(texts('main', 'all', 'ZOE')).toEqual([2, 1]);
    expect(texts('main', 'subscribe', '')).toEqual([2]);
    expect(texts('main', 'error', '')).toEqual([3]);
    expect(texts('other', 'all', '')).toEqual([4]);
  });
});

describe('clients', () => {
  const client = (id: string, fields: Record<string, unknown> = {}) =>
    readClient(
      thing('client', `main/${id}`, {
        broker: 'main',
        client: id,
        state: 'connected',
        at: 100,
        ...fields,
      }),
    );
  const all = [
    client('p10', { since: 50, address: '10.0.0.1:5', user: 'Zoë', reconnects: 2 }),
    client('p2', { before: true, flags: ['twins'] }),
    client('old', { state: 'gone', left_at: 90, why: 'said goodbye' }),
  ];
  const shown = (wishes: Partial<ClientWishes>) =>
    arrangeClients(all, { filter: 'all', search: '', column: 'client', up: true, ...wishes }).map(
      (each) => each.client,
    );

  test('are sorted by column, those that are connected first, unknown values last', () => {
    expect(shown({})).toEqual(['p2', 'p10', 'old']);
    expect(shown({ up: false })).toEqual(['p10', 'p2', 'old']);
    expect(shown({ column: 'since' })).toEqual(['p10', 'p2', 'old']);
    expect(shown({ column: 'since', up: false })).toEqual(['p10', 'p2', 'old']);
    expect(shown({ column: 'reconnects', up: false })[0]).toBe('p10');
  });

  test('are found by id, address, user, and by what is wrong', () => {
    expect(shown({ search: 'zoe' })).toEqual(['p10']);
    expect(shown({ search: '10.0' })).toEqual(['p10']);
    expect(shown({ filter: 'flagged' })).toEqual(['p2']);
    expect(shown({ filter: 'gone' })).toEqual(['old']);
  });

  test('that left are summed by their reasons, the commonest first', () => {
    const left = (state: string, reason?: string) =>
      readClient(thing('client', `main/c${String(seq)}`, { state, at: 1, left: reason }));
    expect(leftText([left('connected', 'silent'), left('unknown')])).toBeNull();
    expect(leftText([left('gone', 'asked')])).toBe('1 disconnected: 1 signed off');
    const many = ['asked', 'silent', 'silent', 'cut', undefined, 'a newer word'];
    expect(leftText([left('connected'), ...many.map((reason) => left('gone', reason))])).toBe(
      '6 disconnected: 2 keep-alive timeouts, 2 for other reasons, 1 connection cut, 1 signed off',
    );
  });

  test('of unknown beginning say before when they were there', () => {
    const [known, before, gone] = all;
    if (!known || !before || !gone) throw new Error('three clients');
    const at = new Date(2026, 10, 21, 14, 2, 30).getTime() / 1000;
    expect(sinceText(before, at, at + 60)).toBe('before 14:02');
    expect(sinceText(before, undefined, at)).toBe('before we listened');
    expect(sinceText(gone, at, at)).toMatch(/^left /);
  });

  test('have flags in words, those of a newer server too', () => {
    expect(flagWords('twins')).toMatchObject({ word: 'Two with one id', tone: 'bad' });
    expect(flagWords('haunted').word).toBe('haunted');
  });
});

describe('the figures of a broker', () => {
  const broker = readBroker(
    thing('broker', 'main', {
      link: { state: 'connected' },
      sys: {
        'clients/connected': 3,
        'clients/active': 3,
        'bytes/received': 1000,
        'load/messages/received/1min': 6,
        'load/messages/received/15min': 1.5,
        'strange/thing': 7,
      },
      rates: { 'bytes/received': 12.5, bad: 'x' },
      sys_why: ['because'],
      unseen: 2,
    }),
  );

  test('are in groups, with rates, and none is lost or told twice', () => {
    const { groups, load } = grouping(broker);
    expect(groups.map(([name]) => name)).toEqual(['Clients', 'Bytes', 'Others']);
    expect(groups[1]?.[1]).toMatchObject([{ name: 'Received', unit: 'bytes', rate: 12.5 }]);
    expect(groups[2]?.[1]).toMatchObject([{ raw: 'strange/thing', value: 7 }]);
    expect(load).toMatchObject([{ name: 'Packets in', means: [6, undefined, 1.5] }]);
  });

  test('come with why there are none, and how many clients are unseen', () => {
    expect(broker).toMatchObject({ sys_why: ['because'], unseen: 2 });
    expect(broker.rates).toEqual({ 'bytes/received': 12.5 });
  });
});

describe('the history of figures', () => {
  const seriesOf = (told: object) =>
    readSeries(granted('figures', { ok: true, thing: 'broker/main', ...told }));
  const first = seriesOf({ at: [1, 2], series: { a: [5, null], short: [1], bad: 'x' } });

  test('is read as far as it is well formed', () => {
    expect(first).toEqual({ at: [1, 2], values: { a: [5, null] } });
  });

  test('goes on where it ended, with gaps where a figure was unknown', () => {
    const whole = joined(first, seriesOf({ at: [3], series: { b: [9] } }));
    expect(whole).toEqual({ at: [1, 2, 3], values: { a: [5, null, null], b: [null, null, 9] } });
    expect(joined(NO_SERIES, first)).toBe(first);
    expect(joined(first, NO_SERIES)).toBe(first);
  });

  test('is cut to a time, but for one sample so that the line reaches the edge', () => {
    const long = { at: [1, 2, 3, 4], values: { a: [1, 2, 3, 4] } };
    expect(since(long, 3)).toEqual({ at: [2, 3, 4], values: { a: [2, 3, 4] } });
    expect(since(long, 0)).toBe(long);
    expect(since(long, 9).at).toEqual([4]);
  });

  test('makes small lines of few points, the newest among them', () => {
    const long = { at: [1, 2, 3, 4, 5], values: { a: [1, null, 3, 4, 5] } };
    expect(pointsOf(long, 'a', 3)).toEqual([
      { at: 1, value: 1 },
      { at: 3, value: 3 },
      { at: 5, value: 5 },
    ]);
    expect(pointsOf(long, 'b')).toEqual([]);
  });
});
