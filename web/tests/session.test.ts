/** Who comes in, and why somebody is out. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Session, readTicket } from '../src/app/session';
import { endOfLink, sentence } from '../src/app/sessionend';
import type { SessionState } from '../src/app/session';
import { EVERYBODY } from '../src/app/visitor';
import { createApi, Denied } from '../src/net/api';
import { BASE, Server } from './answering';

let server: Server;

beforeEach(() => {
  server = new Server();
  vi.stubGlobal('fetch', server.fetch);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a ticket in the address', () => {
  test.each([
    ['#welcome=aB3_-x', { sort: 'welcome', secret: 'aB3_-x' }],
    ['share=xyz', { sort: 'share', secret: 'xyz' }],
    ['#invite=i-1', { sort: 'invite', secret: 'i-1' }],
    ['#reset=r_1', { sort: 'reset', secret: 'r_1' }],
    [`#oidc=${'x'.repeat(3000)}`, { sort: 'oidc', secret: 'x'.repeat(3000) }],
    ['#other=xyz', null],
    ['#map?view=1/2/3', null],
    ['#share=', null],
    ['#share=a b', null],
    [`#share=${'x'.repeat(300)}`, null],
    ['', null],
  ])('%s', (fragment, ticket) => {
    expect(readTicket(fragment)).toEqual(ticket);
  });
});

describe('who comes in', () => {
  const NOTHING = { see: [], drive: [], own: [], admin: false, looks_only: false };
  const VIEWER = { name: 'jane', role: 'viewer', way: 'account', rights: NOTHING };
  const JANE = { ...VIEWER, rights: { ...NOTHING, see: ['friend'] } };
  const GUEST = { ...VIEWER, name: 'guest', way: 'guest' };
  const LINK = { ...VIEWER, name: 'visitor', way: 'link', expires: 2e9 };
  const TICKET = { sort: 'share', secret: 's3' } as const;
  let session: Session;

  beforeEach(() => {
    session = new Session(createApi(BASE));
  });

  const state = (): SessionState => session.state.value;
  const asked = () => server.asked.map((each) => `${each.method} ${each.path.slice(13)}`);

  test('whoever has a session is in, without a form', async () => {
    server.says({ ok: true, user: JANE, first: false });
    await session.open(null);
    expect(state()).toMatchObject({ is: 'in', visitor: { name: 'jane' } });
    expect(asked()).toEqual(['GET /session']);
  });

  describe('by a provider', () => {
    const ANSWER = { sort: 'oidc', secret: 'a1' } as const;
    const PROVIDERS = [{ name: 'home', label: 'Our home' }];

    test('whoever comes back is in', async () => {
      const came: string[] = [];
      session = new Session(createApi(BASE), async (answer) => {
        came.push(answer);
        return Promise.resolve({ user: JANE as never, addsPhone: true });
      });
      await session.open(ANSWER);
      expect(came).toEqual(['a1']);
      expect(state()).toMatchObject({ is: 'in', visitor: { name: 'jane' }, addsPhone: true });
    });

    test('whoever is refused is told why, in or out', async () => {
      const notice = { tone: 'bad', title: 'No', text: 'Because.' } as const;
      session = new Session(createApi(BASE), async () => Promise.resolve({ notice }));
      server.says({ ok: true, user: null, first: false, providers: PROVIDERS });
      await session.open(ANSWER);
      expect(state()).toMatchObject({ is: 'out', notice });
      expect(session.waysIn.ways.value).toEqual({ passwords: true, providers: PROVIDERS });
      server.says({ ok: true, user: JANE, first: false, passwords: false });
      await session.open(ANSWER);
      expect(state()).toMatchObject({ is: 'in', notice: 'Because.' });
      expect(session.waysIn.ways.value).toEqual({ passwords: false, providers: [] });
    });

    test('an answer is handed over again while the server is away', async () => {
      vi.useFakeTimers();
      const tries: string[] = [];
      session = new Session(createApi(BASE), async (answer) => {
        tries.push(answer);
        if (tries.length === 1) throw new Denied('offline', 'away');
        return Promise.resolve({ user: JANE as never });
      });
      await session.open(ANSWER);
      expect(state()).toEqual({ is: 'away' });
      await vi.advanceTimersByTimeAsync(3000);
      expect(state()).toMatchObject({ is: 'in' });
    });

    test('whoever signs out is told where they still are', async () => {
      server
        .says({ ok: true, user: JANE, first: false })
        .says({ ok: true, provider: 'Our home', url: 'https://auth.example.org/out' })
        .says({ ok: true, user: null, first: false });
      await session.open(null);
      await session.signOut();
      const still = { provider: 'Our home', url: 'https://auth.example.org/out' };
      expect(state()).toMatchObject({ is: 'out', still });
    });

    test('a sign-out that the connection tells of first is no surprise', async () => {
      server.says({ ok: true, user: JANE, first: false });
      await session.open(null);
      for (let answers = 0; answers < 3; answers++) {
        server.says({ ok: true, user: null, first: false });
      }
      let release: () => void = () => undefined;
      const released = new Promise<void>((open) => {
        release = open;
      });
      let first = true;
      vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
        if (init.method === 'GET' && first) {
          first = false;
          await released;
        }
        return server.fetch(url, init);
      });
      const out = session.signOut();
      const ended = session.ended('you have been signed out');
      await out;
      release();
      await ended;
      expect(state()).toMatchObject({ is: 'out', notice: { title: 'You are signed out' } });
    });
  });

  describe('by an invitation', () => {
    const bodyOf = ({ init }: { init: RequestInit }): unknown =>
      typeof init.body === 'string' ? JSON.parse(init.body) : null;
    const INVITE = { sort: 'invite', secret: 'i1' } as const;
    const OF_ROOT = { ok: true, needs: ['name', 'password'], by: 'Root', ends: 9, account: '' };

    test('whoever opens it is told of it first, and then chooses name and password', async () => {
      server
        .says({ ...OF_ROOT, adds_phone: true })
        .says({ ok: false, code: 'taken', why: 'Somebody here is called so already.' }, 409)
        .says({ ok: true, user: JANE });
      await session.open(INVITE);
      expect(state()).toEqual({
        is: 'invited',
        invited: { by: 'Root', ends: 9, account: '', addsPhone: true, passkey: false },
      });
      await expect(session.join({ name: 'Root', password: 'p' })).rejects.toThrow(
        'is called so already',
      );
      expect(state()).toMatchObject({ is: 'invited' });
      await session.join({ name: 'Jane', password: 'p' });
      expect(state()).toMatchObject({ is: 'in', visitor: { name: 'jane' }, addsPhone: true });
      expect(server.asked.map(bodyOf)).toEqual([
        { token: 'i1' },
        { token: 'i1', name: 'Root', password: 'p' },
        { token: 'i1', name: 'Jane', password: 'p' },
      ]);
    });

    test('for a new password no name is asked for', async () => {
      server
        .says({ ...OF_ROOT, account: 'Jane', needs: ['password'], adds_phone: false })
        .says({ ok: true, user: JANE });
      await session.open({ sort: 'reset', secret: 'r1' });
      expect(state()).toMatchObject({ is: 'invited', invited: { account: 'Jane' } });
      await session.join({ password: 'p' });
      expect(state()).toMatchObject({ is: 'in' });
      expect(state()).not.toHaveProperty('addsPhone');
      expect(server.asked.map(bodyOf)[1]).toEqual({ token: 'r1', password: 'p' });
    });

    test('that is used up it is said so, and whoever is signed in may stay', async () => {
      server.says({ ok: false, code: 'used', why: 'This link has been used already.' }, 409);
      await session.open(INVITE);
      expect(state()).toMatchObject({ is: 'shut', code: 'used' });
      server
        .says({ ok: false, code: 'signed_in', why: 'You are signed in as Jane.' }, 409)
        .says({ ok: true, user: JANE, first: false });
      await session.open(INVITE);
      expect(state()).toMatchObject({ is: 'shut', code: 'signed_in', also: { name: 'jane' } });
    });
  });

  test('whoever has none is asked for name and password, and then is in', async () => {
    server
      .says({ ok: true, user: null, first: false })
      .says({ ok: true, user: JANE, first: false });
    await session.open(null);
    expect(state()).toEqual({ is: 'out', first: false });
    await session.signIn('jane', 'secret-1');
    expect(state().is).toBe('in');
    expect(server.asked.every((each) => !each.path.includes('secret'))).toBe(true);
  });

  test('a wrong password leaves one outside', async () => {
    server
      .says({ ok: true, user: null, first: false })
      .says({ ok: false, code: 'wrong', why: 'No.' }, 401);
    await session.open(null);
    await expect(session.signIn('jane', 'x')).rejects.toMatchObject({ code: 'wrong' });
    expect(state().is).toBe('out');
  });

  test('somebody in a role that this page does not know is not let in', async () => {
    server.says({ ok: true, user: { ...JANE, role: 'emperor' }, first: false });
    await session.open(null);
    expect(state()).toEqual({ is: 'out', first: false });
    server.says({ ok: true, user: { ...JANE, rights: 7 } });
    await expect(session.signIn('jane', 'x')).rejects.toMatchObject({ code: 'malformed' });
  });

  test('a server that nobody has an account of says how to begin', async () => {
    server.says({ ok: true, user: null, first: true });
    await session.open(null);
    expect(state()).toEqual({ is: 'out', first: true });
  });

  test('a server that is away is asked again until it is there', async () => {
    vi.useFakeTimers();
    server.isAway().isAway().says({ ok: true, user: JANE, first: false });
    await session.open(null);
    expect(state().is).toBe('away');
    await vi.advanceTimersByTimeAsync(7000);
    expect(state().is).toBe('in');
  });

  test('the link of the first start asks for name and password', async () => {
    server
      .says({ ok: true, needs: ['name', 'password'] })
      .says({ ok: true, user: JANE, first: false });
    await session.open({ sort: 'welcome', secret: 'w' });
    expect(state().is).toBe('founding');
    await session.found('jane', 'long enough 1');
    expect(JSON.parse(server.asked[1]?.init.body as string)).toMatchObject({ token: 'w' });
    expect(state().is).toBe('in');
  });

  test('a used link of the first start leads to the form and says why', async () => {
    server
      .says({ ok: false, code: 'wrong', why: 'This link has been used.' }, 401)
      .says({ ok: true, user: null, first: false });
    await session.open({ sort: 'welcome', secret: 'w' });
    expect(state()).toMatchObject({ is: 'out', notice: { text: 'This link has been used.' } });
  });

  test.each(['ended', 'revoked', 'early', 'wrong'])('a link that is %s shows why', async (code) => {
    server.says({ ok: false, code, why: 'Because.' }, 410);
    await session.open(TICKET);
    expect(state()).toEqual({ is: 'shut', code, why: 'Because.' });
  });

  test('whoever is signed in may stay so, or sign out to see what a link shows', async () => {
    server
      .says({ ok: false, code: 'signed_in', why: 'You are signed in as jane.' }, 409)
      .says({ ok: true, user: JANE, first: false });
    await session.open(TICKET);
    expect(state()).toMatchObject({ is: 'shut', also: { name: 'jane' } });
    server.says({ ok: true }).says({ ok: true, user: LINK, first: false });
    await session.signOutToSeeLink();
    expect(state()).toMatchObject({ is: 'in', visitor: { way: 'link', expires: 2e9 } });
  });

  test('a session that ended shows nothing any more, and why', async () => {
    server
      .says({ ok: true, user: JANE, first: false })
      .says({ ok: true, user: null, first: false });
    await session.open(null);
    const ending = session.ended('the session has expired; please sign in again');
    expect(state().is).toBe('asking');
    await ending;
    expect(state()).toMatchObject({
      is: 'out',
      notice: { text: 'The session has expired; please sign in again.' },
    });
  });

  test('whose rights changed comes in anew, with those they have now', async () => {
    server
      .says({ ok: true, user: JANE, first: false })
      .says({ ok: true, user: { ...JANE, role: 'operator' }, first: false });
    await session.open(null);
    await session.ended('your rights have changed');
    expect(state()).toMatchObject({
      is: 'in',
      visitor: { role: 'operator' },
      notice: 'Your rights have changed.',
    });
  });

  test('a session that ended does not become a guest’s by itself', async () => {
    server
      .says({ ok: true, user: JANE, first: false })
      .says({ ok: true, user: GUEST, first: false });
    await session.open(null);
    await session.ended('you have been signed out');
    expect(state()).toMatchObject({ is: 'out', also: { way: 'guest' } });
  });

  test('somebody else who signed in meanwhile is not taken for us', async () => {
    server
      .says({ ok: true, user: JANE, first: false })
      .says({ ok: true, user: { ...JANE, name: 'kim' }, first: false });
    await session.open(null);
    await session.ended('you have been signed out');
    expect(state()).toMatchObject({ is: 'out', also: { name: 'kim' } });
  });

  test('a connection that was not let in is only the end when the session is over', async () => {
    server
      .says({ ok: true, user: JANE, first: false })
      .says({ ok: true, user: JANE, first: false })
      .isAway();
    await session.open(null);
    await session.check();
    await session.check();
    expect(state().is).toBe('in');
    server
      .says({ ok: true, user: null, first: false })
      .says({ ok: true, user: null, first: false });
    await session.check();
    expect(state().is).toBe('out');
  });

  test('signing out that fails leaves one in, and says so', async () => {
    server.says({ ok: true, user: JANE, first: false }).isAway();
    await session.open(null);
    await expect(session.signOut()).rejects.toBeInstanceOf(Denied);
    expect(state().is).toBe('in');
  });
});

test('the end of a link is told from its being withdrawn', () => {
  const by = { ...EVERYBODY, way: 'link', expires: 1000 } as const;
  expect(endOfLink('the time of this link is over', by, 10)).toMatchObject({ code: 'ended' });
  expect(endOfLink('this token or link was withdrawn', by, 10)).toMatchObject({ code: 'revoked' });
  expect(endOfLink('you have been signed out', by, 10).code).toBe('revoked');
  expect(endOfLink('you have been signed out', by, 999).code).toBe('ended');
  expect(sentence('this account is closed')).toBe('This account is closed.');
});
