/** The page starts with what it showed last when the server is away, and keeps nothing for anybody else. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readPicture } from '../../src/app/lastpicture';
import type { LastPicture, OnDevice } from '../../src/app/lastpicture';
import { pictureOf } from '../../src/app/picturekeeping';
import { Session } from '../../src/app/session';
import { EVERYBODY } from '../../src/app/visitor';
import type { Visitor } from '../../src/app/visitor';
import { World } from '../../src/app/world';
import { createApi } from '../../src/net/api';
import { BASE, Server } from '../answering';

const NOW = 1_795_234_500_000;
const JANE: Visitor = { ...EVERYBODY, name: 'jane', way: 'account' };
const THING = { k: 'friend', id: 'amy/phone', s: 1, lat: 52 };
const PICTURE: LastPicture = { visitor: JANE, heard: NOW - 60_000, offset: 5, things: [THING] };

describe('what was kept', () => {
  const read = (more: object) =>
    readPicture(JSON.parse(JSON.stringify({ ...PICTURE, ...more })), NOW);

  test('is read', () => {
    expect(read({})).toEqual(PICTURE);
  });

  test.each([
    ['is older than a week', { heard: NOW - 8 * 86_400_000 }],
    ['is of a visitor by a link', { visitor: { ...JANE, way: 'link' } }],
    ['is of nobody', { visitor: {} }],
    ['has no time', { heard: 'now' }],
    ['has no things', { things: 7 }],
  ])('is not shown when it %s', (_, more) => {
    expect(read(more)).toBeNull();
  });

  test('is read without what is no thing', () => {
    expect(read({ things: [null, 7, { k: 'friend' }, THING] })?.things).toEqual([THING]);
    expect(readPicture(null, NOW)).toBeNull();
  });
});

test('of a world it is what is shown, and neither commands nor what a console heard', () => {
  const world = new World();
  world.greet('e');
  const things = ['friend', 'region', 'command', 'lease', 'session', 'face'].map((k, n) => ({
    ...{ k, id: 'x', s: n },
  }));
  world.hear({ t: 'news', seq: 9, whole: true, more: false, missed: {}, things });
  expect(pictureOf(world).map(({ k }) => k)).toEqual(['friend', 'region']);
});

test('a world begins with it, says so, and asks for everything all the same', () => {
  const world = new World();
  const changed: string[] = [];
  world.onChange((keys) => changed.push(...keys));
  world.recall([THING]);
  expect([world.complete, world.cursor]).toEqual([true, { epoch: null, seq: 0 }]);
  expect(changed).toEqual(['friend/amy/phone']);
  world.greet('e');
  world.hear({ t: 'news', seq: 3, whole: true, more: false, missed: {}, things: [] });
  // What is gone meanwhile goes.
  expect(world.get('friend/amy/phone')).toBeUndefined();
  expect(changed).toEqual(['friend/amy/phone', 'friend/amy/phone']);
  world.recall([THING]);
  expect(world.get('friend/amy/phone')).toBeUndefined();
});

describe('a session', () => {
  let server: Server;
  let kept: LastPicture | null;
  const device = {
    last: () => Promise.resolve(kept),
    leave: vi.fn(() => Promise.resolve()),
    forget: vi.fn(),
    drop: vi.fn(),
  } satisfies OnDevice;
  let session: Session;

  beforeEach(() => {
    vi.useFakeTimers();
    server = new Server();
    vi.stubGlobal('fetch', server.fetch);
    kept = PICTURE;
    session = new Session(createApi(BASE), undefined, device);
    device.leave.mockClear();
    device.forget.mockClear();
    device.drop.mockClear();
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const asked = () => server.asked.map(({ method, path }) => `${method} ${path.slice(13)}`);
  const who = (visitor: object) => server.says({ ok: true, user: visitor, first: false });

  test('shows it while the server is away', async () => {
    server.isAway();
    await session.open(null);
    expect(session.state.value).toEqual({ is: 'in', visitor: JANE, kept: PICTURE });
  });

  test('shows it when the server does not answer for long, and what it says when it does', async () => {
    let answer: (response: Response) => void = () => undefined;
    vi.stubGlobal('fetch', () => new Promise((give) => (answer = give)));
    const opened = session.open(null);
    await vi.advanceTimersByTimeAsync(5000);
    expect(session.state.value).toMatchObject({ is: 'in', kept: PICTURE });
    answer(new Response(JSON.stringify({ ok: true, user: null, first: false })));
    await opened;
    expect(session.state.value).toMatchObject({ is: 'out' });
  });

  test('waits for the server when nothing is kept', async () => {
    kept = null;
    server.isAway();
    await session.open(null);
    expect(session.state.value).toEqual({ is: 'away' });
    who(JANE);
    await vi.advanceTimersByTimeAsync(3000);
    expect(session.state.value).toMatchObject({ is: 'in', visitor: { name: 'jane' } });
  });

  test('shows it to nobody who came by a link', async () => {
    server.isAway();
    await session.open({ sort: 'share', secret: 's' });
    expect(session.state.value).toEqual({ is: 'away' });
  });

  describe('when the server is there again', () => {
    beforeEach(async () => {
      server.isAway();
      await session.open(null);
    });

    test('goes on with the same visitor, without a flicker', async () => {
      const before = session.state.value;
      who(JANE);
      await session.check();
      expect(session.state.value).toBe(before);
      expect(asked()).toEqual(['GET /session', 'GET /session']);
    });

    test('begins anew with other rights', async () => {
      who({ ...JANE, rights: { ...JANE.rights, see: ['friend/amy'] } });
      await session.check();
      expect(session.state.value).toMatchObject({
        is: 'in',
        visitor: { rights: { see: ['friend/amy'] } },
      });
      expect(session.state.value).not.toHaveProperty('kept');
    });

    test('is over, with what was kept, when the session is', async () => {
      server.says({ ok: true, user: null, first: false });
      server.says({ ok: true, user: null, first: false });
      await session.check();
      expect(session.state.value).toMatchObject({ is: 'out' });
      expect(device.forget).toHaveBeenCalled();
    });

    test('stays as it is when the server is away again', async () => {
      const before = session.state.value;
      server.isAway();
      await session.check();
      expect(session.state.value).toBe(before);
    });
  });

  test('keeps no picture when the rights change, and lets pushes to this device go on', async () => {
    who(JANE);
    await session.open(null);
    who(JANE);
    await session.ended('your rights have changed');
    expect(session.state.value).toMatchObject({ is: 'in' });
    expect(device.drop).toHaveBeenCalled();
    expect(device.forget).not.toHaveBeenCalled();
  });

  test('forgets it when the server ends the session, also when it cannot be asked then', async () => {
    who(JANE);
    await session.open(null);
    device.forget.mockImplementationOnce(() => {
      kept = null;
    });
    server.isAway();
    await session.ended('the account was disabled');
    expect(device.forget).toHaveBeenCalled();
    expect(session.state.value).toEqual({ is: 'away' });
  });

  test('forgets it before it signs out, also when the server is away', async () => {
    who(JANE);
    await session.open(null);
    server.isAway();
    await expect(session.signOut()).rejects.toThrow('cannot be reached');
    expect(device.leave).toHaveBeenCalled();
  });
});
