import { describe, expect, test } from 'vitest';
import { Denied } from '../../src/net/api';
import { healthOf } from '../../src/things/channels/model';
import type { Channel } from '../../src/things/channels/model';
import { lengthOf, quietOf, sharesOf } from '../../src/things/channels/quiet';
import { ChannelService } from '../../src/things/channels/service';
import type { ChannelsApi } from '../../src/things/channels/service';

const CHANNEL: Channel = {
  id: 'a',
  type: 'address',
  name: 'ntfy',
  host: 'ntfy.sh',
  language: 'en',
  zone: 'UTC',
  passes: true,
  enabled: true,
  waiting: 0,
  dead: 0,
};
const NIGHT = { begin: '22:00', end: '07:00', then: 'summary' } as const;

/** A server with these channels, and what it was asked. */
function scene(...channels: Channel[]) {
  const asked: unknown[][] = [];
  const note =
    (name: string, answer: unknown = {}) =>
    (...fields: unknown[]) => {
      asked.push([name, ...fields]);
      return Promise.resolve(answer as never);
    };
  const api: ChannelsApi = {
    list: note('list', { channels, addresses: ['ntfys'], most: 20 }),
    dead: note('dead', [{ id: 'x', channel: 'a' }]),
    make: note('make', { channel: { ...CHANNEL, id: 'new' }, secret: 'whsec_1' }),
    change: note('change'),
    remove: note('remove'),
    test: note('test', { taken: false, why: '403 Forbidden' }),
    settle: note('settle'),
  };
  return { service: new ChannelService(api), asked, api };
}

describe('quiet hours', () => {
  test('over midnight are two parts of a day, and as long as they are', () => {
    expect(sharesOf(NIGHT)).toEqual([
      [0, 7 / 24],
      [22 / 24, 1],
    ]);
    expect(lengthOf(NIGHT)).toBeCloseTo(9 * 3600);
    expect(sharesOf({ begin: '13:00', end: '14:30' })).toEqual([[13 / 24, 14.5 / 24]]);
    expect(sharesOf({ begin: '22:00', end: '00:00' })).toEqual([[22 / 24, 1]]);
    expect(sharesOf({ begin: '08:00', end: '08:00' })).toEqual([]);
  });

  test('hold for all ways, or it is said that they do not', () => {
    expect(quietOf([{ ...CHANNEL, quiet: NIGHT }, CHANNEL]).same).toBe(false);
    expect(quietOf([CHANNEL, CHANNEL])).toEqual({ quiet: null, passes: true, same: true });
    expect(quietOf([])).toEqual({ quiet: null, passes: true, same: true });
  });

  test('are set for each of them', async () => {
    const { service, asked } = scene(CHANNEL, { ...CHANNEL, id: 'b' });
    await service.look();
    await service.hush(NIGHT, false);
    expect(asked.filter(([name]) => name === 'change')).toEqual([
      ['change', 'a', { quiet: NIGHT, passes: false }],
      ['change', 'b', { quiet: NIGHT, passes: false }],
    ]);
  });

  test('hold for a way that is added, too', async () => {
    const { service, asked } = scene({ ...CHANNEL, quiet: NIGHT });
    await service.look();
    const words = { name: 'hook', language: 'en', zone: 'UTC' };
    expect(await service.make({ type: 'webhook', ...words })).toBe('whsec_1');
    expect(asked).toContainEqual(['change', 'new', { quiet: NIGHT, passes: true }]);
  });
});

describe('ways to be told', () => {
  test('what did not get through is asked for where there is any', async () => {
    const well = scene(CHANNEL);
    await well.service.look();
    expect(well.service.dead.value).toEqual([]);
    const ill = scene({ ...CHANNEL, dead: 1 });
    await ill.service.look();
    expect(ill.service.dead.value).toHaveLength(1);
    await ill.service.settle(ill.service.dead.value[0] as never, 'again');
    expect(ill.asked).toContainEqual(['settle', 'a', 'x', 'again']);
  });

  test('a test tells what it was answered, and looks again', async () => {
    const { service, asked } = scene(CHANNEL);
    expect(await service.test('a')).toEqual({ taken: false, why: '403 Forbidden' });
    expect(asked.at(-1)).toEqual(['list']);
  });

  test('a server that refuses is told of, and what was known stays', async () => {
    const { service, api } = scene(CHANNEL);
    await service.look();
    api.list = () => Promise.reject(new Denied('busy', 'Not just now.'));
    await service.look();
    expect(service.failure.value?.why).toBe('Not just now.');
    expect(service.list.value?.channels).toHaveLength(1);
  });

  test.each([
    [{ enabled: false, why: 'gone' }, 'off'],
    [{ why: '403' }, 'failing'],
    [{ last: 5 }, 'works'],
    [{}, 'new'],
  ] as const)('stand %o', (more, health) => {
    expect(healthOf({ ...CHANNEL, ...more })).toBe(health);
  });
});
