/** Notifications on this device: wanted, refused, broken and mended. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { PushDevice } from '../../src/app/pushdevice';
import type { ChannelCalls, Pushing } from '../../src/app/pushdevice';
import { Denied } from '../../src/net/api';
import type { PushChannel } from '../../src/worker/device';
import { channelOf, keyBytes, madeWith, readDevice } from '../../src/worker/device';
import { deviceStoreIn } from '../../src/worker/devicestore';
import type { DeviceStore } from '../../src/worker/devicestore';
import { HOME, PlayedCaches } from '../worker/surroundings';

const KEY = 'BAAAAQIDBA';
const OTHER = 'BBBBBQIDBA';
const CUSTOMS = { name: 'Chrome on Android', language: 'de', zone: 'Europe/Berlin' };

/** A push service as a browser has it. */
class Manager {
  now: PushSubscription | null = null;
  made = 0;
  broken: Error | null = null;

  getSubscription = () => Promise.resolve(this.now);

  subscribe = ({ applicationServerKey }: PushSubscriptionOptionsInit) => {
    if (this.broken) return Promise.reject(this.broken);
    this.made += 1;
    const endpoint = `https://push.example/${String(this.made)}`;
    const key = (applicationServerKey as Uint8Array<ArrayBuffer>).buffer;
    const unsubscribe = () => {
      this.now = null;
      return Promise.resolve(true);
    };
    const toJSON = () => ({ endpoint, keys: { p256dh: 'p', auth: 'a' } });
    this.now = { endpoint, toJSON, unsubscribe, options: { applicationServerKey: key } } as never;
    return Promise.resolve(this.now as unknown as PushSubscription);
  };
}

let manager: Manager;
let store: DeviceStore;
let key: string;
let channels: Map<string, PushChannel>;
let seen: string[];
let permission: NotificationPermission;
let agrees: NotificationPermission;
let impossible: Pushing['impossible'];
const ask = vi.fn(() => Promise.resolve((permission = agrees)));

beforeEach(() => {
  manager = new Manager();
  store = deviceStoreIn(new PlayedCaches() as unknown as CacheStorage, HOME);
  key = KEY;
  channels = new Map();
  seen = [];
  [permission, agrees, impossible] = ['default', 'granted', null];
  ask.mockClear();
});

function device(account = 'jane'): PushDevice {
  const calls: ChannelCalls = {
    key: () => Promise.resolve(key),
    ids: () => Promise.resolve([...channels.keys()]),
    add: (channel) => {
      const id = `c${String(channels.size + manager.made)}`;
      channels.set(id, channel);
      return Promise.resolve(id);
    },
    remove: (id) => Promise.resolve(void channels.delete(id)),
    here: (id) => Promise.resolve(void seen.push(id)),
  };
  const pushing: Pushing = {
    impossible,
    permission: () => permission,
    ask,
    manager: () => Promise.resolve(manager as unknown as PushManager),
  };
  return new PushDevice(account, { calls, pushing, store, customs: () => CUSTOMS });
}

async function turnedOn(): Promise<PushDevice> {
  const made = device();
  await made.look();
  await made.turnOn();
  return made;
}

test('nobody is asked before they want it', async () => {
  const made = device();
  await made.look();
  expect(made.state.value).toEqual({ is: 'off' });
  expect(ask).not.toHaveBeenCalled();
});

test('turned on, the server has a channel that it can encrypt for', async () => {
  const made = await turnedOn();
  expect(made.state.value).toEqual({ is: 'on', channel: 'c1' });
  expect(channels.get('c1')).toEqual({
    ...{ type: 'push', ...CUSTOMS },
    subscription: { endpoint: 'https://push.example/1', keys: { p256dh: 'p', auth: 'a' } },
  });
});

test.each([
  ['denied', 'denied'],
  ['default', 'off'],
] as const)('when the browser says %s, it is %s and the server hears nothing', async (says, is) => {
  agrees = says;
  const made = await turnedOn();
  expect(made.state.value).toEqual({ is });
  expect([manager.made, channels.size]).toEqual([0, 0]);
});

test.each(['insecure', 'home-screen', 'browser'] as const)(
  'why there can be none: %s',
  async (why) => {
    impossible = why;
    const made = device();
    await made.look();
    expect(made.state.value).toEqual({ is: 'impossible', why });
  },
);

test('a push service that does not answer is told of in its own words', async () => {
  manager.broken = new Error('Registration failed - push service error');
  await expect(turnedOn()).rejects.toThrow(/could not reach.*push service error/);
  await expect(turnedOn()).rejects.toBeInstanceOf(Denied);
  expect(channels.size).toBe(0);
});

test('turned off, neither browser nor server know of it', async () => {
  const made = await turnedOn();
  await made.turnOff();
  expect(made.state.value).toEqual({ is: 'off' });
  expect([manager.now, channels.size, await store.get('device')]).toEqual([null, 0, undefined]);
});

describe('at the next visit', () => {
  beforeEach(turnedOn);

  const again = async (account?: string) => {
    const made = device(account);
    await made.look();
    return made.state.value;
  };

  test('it is still on, nothing is made anew, and the server knows whose session it is', async () => {
    expect(await again()).toEqual({ is: 'on', channel: 'c1' });
    expect(manager.made).toBe(1);
    expect(seen).toEqual(['c1']);
  });

  test('a subscription that has run out is made anew, in place of the old one', async () => {
    manager.now = null;
    const state = await again();
    expect(state).toMatchObject({ is: 'on' });
    expect([...channels.values()].map(({ subscription }) => subscription.endpoint)).toEqual([
      'https://push.example/2',
    ]);
  });

  test('another key of the server makes another subscription', async () => {
    key = OTHER;
    await again();
    expect(manager.made).toBe(2);
    expect(channels.size).toBe(1);
    expect(readDevice(await store.get('device'))?.key).toBe(OTHER);
  });

  test('a channel that was removed elsewhere is off here', async () => {
    channels.clear();
    expect(await again()).toEqual({ is: 'off' });
    expect(manager.now).toBeNull();
  });

  test('a permission that was taken back ends the channel', async () => {
    permission = 'denied';
    expect(await again()).toEqual({ is: 'denied' });
    expect([manager.now, channels.size]).toEqual([null, 0]);
  });

  test('somebody else is not told what the one before was', async () => {
    expect(await again('bob')).toEqual({ is: 'off' });
    expect([manager.now, await store.get('device')]).toEqual([null, undefined]);
  });
});

test('keys are compared byte by byte, and what is kept is held to its shape', () => {
  expect(madeWith(KEY, keyBytes(KEY).buffer)).toBe(true);
  expect(madeWith(KEY, keyBytes(OTHER).buffer)).toBe(false);
  expect(madeWith(KEY, null)).toBe(true);
  expect([null, {}, { account: 7 }].map(readDevice)).toEqual([null, null, null]);
  const bare = { endpoint: 'https://push.example/1', toJSON: () => ({}) };
  expect(channelOf(CUSTOMS, bare)).toBeNull();
});
