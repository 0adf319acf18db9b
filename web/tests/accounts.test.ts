import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApi, Denied, path, queryText } from '../src/net/api';
import { Session, endOfLink, readTicket, sentence } from '../src/app/session';
import type { SessionState } from '../src/app/session';
import { failureOf, failureText } from '../src/ui/failure';
import {
  browserName,
  endOf,
  fromInput,
  grantChoices,
  grantText,
  passwordFrom,
  toInput,
  withGrant,
} from '../src/accounts/wording';
import { below } from '../src/accounts/share';
import { rightsText } from '../src/accounts/users';
import { covers, mayDrive, mayShare, readVisitor, sectionsFor } from '../src/app/visitor';
import type { Rights, Visitor } from '../src/app/visitor';

const NOBODY: Rights = { see: [], drive: [], own: [], admin: false, looks_only: false };

function visitor(part: Partial<Visitor> = {}, rights: Partial<Rights> = {}): Visitor {
  return {
    name: 'jane',
    role: 'viewer',
    way: 'account',
    ...part,
    rights: { ...NOBODY, ...rights },
  };
}

const admin = visitor({ name: 'root', role: 'admin' }, { see: ['*'], drive: ['*'], admin: true });

/** A server of one answer after the other; what was asked is kept. */
class Server {
  readonly asked: { method: string; path: string; init: RequestInit }[] = [];
  readonly answers: (Response | Error)[] = [];

  fetch = (url: URL, init: RequestInit): Promise<Response> => {
    this.asked.push({ method: init.method ?? '', path: url.pathname + url.search, init });
    const answer = this.answers.shift() ?? new Error('nothing more to say');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };

  says(body: unknown, status = 200, headers: Record<string, string> = {}): this {
    this.answers.push(new Response(JSON.stringify(body), { status, headers }));
    return this;
  }

  isAway(): this {
    this.answers.push(new TypeError('Failed to fetch'));
    return this;
  }
}

let server: Server;

beforeEach(() => {
  server = new Server();
  vi.stubGlobal('fetch', server.fetch);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const BASE = 'http://here/prefix/api/1/';

describe('a call of the API', () => {
  test('goes out as declared JSON with the cookie of this origin and nothing else', async () => {
    server.says({ ok: true, id: 'x' });
    expect(await createApi(BASE).post('links', { name: 'a' })).toEqual({ ok: true, id: 'x' });
    const { method, path: asked, init } = server.asked[0] ?? { method: '', path: '', init: {} };
    expect([method, asked]).toEqual(['POST', '/prefix/api/1/links']);
    expect(init.headers).toEqual({ 'content-type': 'application/json' });
    expect(init.credentials).toBe('same-origin');
    expect(init.redirect).toBe('error');
    expect(init.body).toBe('{"name":"a"}');
  });

  test('that is refused throws the server’s words, its code and how long to wait', async () => {
    server.says({ ok: false, code: 'wait', why: 'Too many attempts.', wait: 8 }, 429);
    await expect(createApi(BASE).post('session')).rejects.toMatchObject({
      code: 'wait',
      message: 'Too many attempts.',
      wait: 8,
    });
  });

  test('says so when the server is not there or answers with something else', async () => {
    const api = createApi(BASE);
    await expect(api.get('me'))
      .rejects.toMatchObject({ code: 'failed' })
      .catch(() => undefined);
    server.isAway();
    await expect(api.get('me')).rejects.toMatchObject({ code: 'offline' });
    server.answers.push(new Response('<html>', { status: 502 }));
    await expect(api.get('me')).rejects.toMatchObject({ code: 'failed' });
    server.answers.push(new Response('<html>'));
    await expect(api.get('me')).rejects.toMatchObject({ code: 'malformed' });
  });

  test('by somebody who is signed out is told to whoever wants to know', async () => {
    const out = vi.fn();
    server.says({ ok: false, code: 'signed_out', why: 'Please sign in.' }, 401);
    await expect(createApi(BASE, out).get('sessions')).rejects.toBeInstanceOf(Denied);
    expect(out).toHaveBeenCalledOnce();
  });

  test('keeps names within their part of the path', () => {
    expect(path`friends/${'a/b'}/${'c?d#e'}/export`).toBe('friends/a%2Fb/c%3Fd%23e/export');
    expect(queryText({ text: 'a b', who: '', before: undefined, limit: 5 })).toBe(
      '?text=a+b&limit=5',
    );
    expect(queryText({})).toBe('');
  });

  test('brings a file with its name', async () => {
    server.says({}, 200, { 'content-disposition': 'attachment; filename="sightline-jane.zip"' });
    expect((await createApi(BASE).file('x')).name).toBe('sightline-jane.zip');
  });
});

describe('a ticket in the address', () => {
  test.each([
    ['#welcome=aB3_-x', { sort: 'welcome', secret: 'aB3_-x' }],
    ['share=xyz', { sort: 'share', secret: 'xyz' }],
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
  const JANE = { name: 'jane', role: 'viewer', way: 'account', rights: { see: ['friend'] } };
  const GUEST = { name: 'guest', role: 'viewer', way: 'guest', rights: { see: ['*'] } };
  const LINK = { name: 'visitor', way: 'link', rights: { looks_only: true }, expires: 2e9 };
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

  test('whoever has none is asked for name and password, and then is in', async () => {
    server.says({ ok: true, user: null, first: false }).says({ ok: true, user: JANE });
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

  test('a server that nobody has an account of says how to begin', async () => {
    server.says({ ok: true, user: null, first: true });
    await session.open(null);
    expect(state()).toEqual({ is: 'out', first: true });
  });

  test('a server that is away is asked again until it is there', async () => {
    vi.useFakeTimers();
    server.isAway().isAway().says({ ok: true, user: JANE });
    await session.open(null);
    expect(state().is).toBe('away');
    await vi.advanceTimersByTimeAsync(7000);
    expect(state().is).toBe('in');
  });

  test('the link of the first start asks for name and password', async () => {
    server.says({ ok: true, needs: ['name', 'password'] }).says({ ok: true, user: JANE });
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
      .says({ ok: true, user: JANE });
    await session.open(TICKET);
    expect(state()).toMatchObject({ is: 'shut', also: { name: 'jane' } });
    server.says({ ok: true }).says({ ok: true, user: LINK });
    await session.signOutToSeeLink();
    expect(state()).toMatchObject({ is: 'in', visitor: { way: 'link', expires: 2e9 } });
  });

  test('a session that ended shows nothing any more, and why', async () => {
    server.says({ ok: true, user: JANE }).says({ ok: true, user: null });
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
    server.says({ ok: true, user: JANE }).says({ ok: true, user: { ...JANE, role: 'operator' } });
    await session.open(null);
    await session.ended('your rights have changed');
    expect(state()).toMatchObject({
      is: 'in',
      visitor: { role: 'operator' },
      notice: 'Your rights have changed.',
    });
  });

  test('a session that ended does not become a guest’s by itself', async () => {
    server.says({ ok: true, user: JANE }).says({ ok: true, user: GUEST });
    await session.open(null);
    await session.ended('you have been signed out');
    expect(state()).toMatchObject({ is: 'out', also: { way: 'guest' } });
  });

  test('somebody else who signed in meanwhile is not taken for us', async () => {
    server.says({ ok: true, user: JANE }).says({ ok: true, user: { ...JANE, name: 'kim' } });
    await session.open(null);
    await session.ended('you have been signed out');
    expect(state()).toMatchObject({ is: 'out', also: { name: 'kim' } });
  });

  test('a connection that was not let in is only the end when the session is over', async () => {
    server.says({ ok: true, user: JANE }).says({ ok: true, user: JANE }).isAway();
    await session.open(null);
    await session.check();
    await session.check();
    expect(state().is).toBe('in');
    server.says({ ok: true, user: null }).says({ ok: true, user: null });
    await session.check();
    expect(state().is).toBe('out');
  });

  test('signing out that fails leaves one in, and says so', async () => {
    server.says({ ok: true, user: JANE }).isAway();
    await session.open(null);
    await expect(session.signOut()).rejects.toBeInstanceOf(Denied);
    expect(state().is).toBe('in');
  });
});

test('the end of a link is told from its being withdrawn', () => {
  const by = visitor({ way: 'link', expires: 1000 });
  expect(endOfLink('the time of this link is over', by, 10)).toMatchObject({ code: 'ended' });
  expect(endOfLink('this token or link was withdrawn', by, 10)).toMatchObject({ code: 'revoked' });
  expect(endOfLink('you have been signed out', by, 10).code).toBe('revoked');
  expect(endOfLink('you have been signed out', by, 999).code).toBe('ended');
  expect(sentence('this account is closed')).toBe('This account is closed.');
});

describe('who somebody is', () => {
  test('is read with the least rights where words are unknown', () => {
    expect(readVisitor({ name: 'x', role: 'emperor', way: 'magic', rights: 7 })).toEqual({
      name: 'x',
      role: 'viewer',
      way: 'guest',
      rights: NOBODY,
    });
    expect(readVisitor({ name: 'x', rights: { admin: 'yes', looks_only: 1 } })?.rights).toEqual(
      NOBODY,
    );
    expect(readVisitor(null)).toBeNull();
    expect(readVisitor({})).toBeNull();
  });

  test.each([
    [['*'], 'friend/jane/phone', true],
    [['friend'], 'friend/jane/phone', true],
    [['friend/jane'], 'friend/jane/phone', true],
    [['friend/jane'], 'friend/janet/phone', false],
    [['friend/jane'], 'friend/jane/phone/deeper', false],
    [['friend/jane/phone'], 'friend/jane/phone', true],
    [['friend/jane/phone'], 'friend/jane/watch', false],
    [['probot'], 'friend/jane/phone', false],
    [[], 'friend/jane/phone', false],
  ])('%j covers %s: %s', (grants, key, is) => {
    expect(covers(grants, key)).toBe(is);
  });

  test('decides which sections there are', () => {
    const viewer = visitor({}, { see: ['friend'] });
    expect(sectionsFor(viewer)).toEqual(['map', 'broker', 'account', 'settings']);
    const operator = visitor({ role: 'operator' }, { see: ['probot/R2'], drive: ['probot/R2'] });
    expect(sectionsFor(operator)).toEqual([
      'map',
      'robots',
      'broker',
      'console',
      'account',
      'settings',
    ]);
    expect(sectionsFor(admin)).toContain('admin');
    expect(sectionsFor({ ...admin, way: 'guest' })).not.toContain('admin');
    const byLink = visitor({ way: 'link' }, { see: ['friend/jane'], looks_only: true });
    expect(sectionsFor(byLink)).toEqual(['map', 'settings']);
  });

  test('decides what is offered', () => {
    const jane = visitor({}, { see: ['friend'], own: ['friend/jane'] });
    expect(mayShare(jane, 'friend/jane/phone')).toBe(true);
    expect(mayShare(jane, 'friend/kim/phone')).toBe(false);
    expect(mayShare(admin, 'probot/R2')).toBe(true);
    expect(mayShare({ ...admin, way: 'guest' }, 'probot/R2')).toBe(false);
    const driver = visitor({ role: 'operator' }, { drive: ['probot/R2'] });
    expect(mayDrive(driver, 'probot/R2')).toBe(true);
    expect(mayDrive(driver, 'probot/R3')).toBe(false);
    expect(mayDrive(visitor({}, { drive: ['*'], looks_only: true }), 'probot/R2')).toBe(false);
  });
});

describe('a form', () => {
  test('says what was refused, and counts down where one must wait', () => {
    const failure = failureOf(new Denied('wait', 'Too many attempts. Try again in 8 s.', 8), 1000);
    expect(failureText(failure, 1000)).toEqual({
      text: 'Too many attempts.',
      wait: 8,
      over: false,
    });
    expect(failureText(failure, 6500).wait).toBe(3);
    expect(failureText(failure, 9001)).toMatchObject({ wait: 0, over: true });
    const wrong = failureOf(new Denied('wrong', 'Not right.'), 0);
    expect(failureText(wrong, 5)).toEqual({ text: 'Not right.', wait: 0, over: false });
  });

  test('does not swallow what is no refusal', () => {
    expect(() => failureOf(new TypeError('a bug'), 0)).toThrow('a bug');
  });
});

describe('words', () => {
  test('for grants', () => {
    const names = (key: string) => ({ 'friend/jane/phone': 'Jane Doe' })[key];
    expect(grantText('*')).toBe('Everything');
    expect(grantText('friend')).toBe('All friends');
    expect(grantText('friend/jane')).toBe('jane, all devices');
    expect(grantText('friend/jane/phone', names)).toBe('Jane Doe (jane/phone)');
    expect(grantText('probot/R2')).toBe('R2');
  });

  test('for what an account was given', () => {
    const none = { see: [], drive: [], own: [] };
    expect(rightsText({ role: 'viewer', ...none })).toBe('Sees nobody yet');
    expect(rightsText({ role: 'admin', ...none })).toBe('Sees and drives everything');
    expect(
      rightsText({ role: 'operator', see: ['friend'], drive: ['probot/R2'], own: ['friend/kim'] }),
    ).toBe('Sees all friends; drives R2; is kim, all devices');
    expect(rightsText({ role: 'viewer', ...none, see: ['a/1', 'a/2', 'a/3', 'a/4', 'a/5'] })).toBe(
      'Sees 1, 2, 3 and 2 more',
    );
  });

  test('a grant makes those within it superfluous', () => {
    expect(withGrant(['friend/jane/phone', 'probot'], 'friend/jane')).toEqual([
      'friend/jane',
      'probot',
    ]);
    expect(withGrant(['friend'], 'friend/jane')).toEqual(['friend']);
    expect(withGrant(['friend', 'probot'], '*')).toEqual(['*']);
    expect(withGrant(['friend/jane'], 'friend/janet')).toEqual(['friend/jane', 'friend/janet']);
  });

  test('what can be given comes from what there is', () => {
    const keys = ['friend/jane/phone', 'probot/R2'];
    expect(grantChoices('see', keys)).toEqual([
      '*',
      'friend',
      'probot',
      'region',
      'friend/jane',
      'friend/jane/phone',
      'probot/R2',
    ]);
    expect(grantChoices('drive', keys)).toEqual(['probot', 'probot/R2']);
    expect(grantChoices('own', keys)).toEqual(['friend/jane', 'friend/jane/phone']);
  });

  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604',
      'Safari on iOS',
    ],
    ['Mozilla/5.0 (Windows NT 10.0) Chrome/150.0 Safari/537.36 Edg/150.0', 'Edge on Windows'],
    ['curl/8.5', 'curl/8.5'],
    ['', 'Unknown browser'],
  ])('%s', (agent, name) => {
    expect(browserName(agent)).toBe(name);
  });

  test('a suggested password has 16 letters without those that look alike', () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, n) => (n * 37) % 256);
    expect(passwordFrom(bytes)).toMatch(/^[a-hj-km-np-z2-9]{4}(-[a-hj-km-np-z2-9]{4}){3}$/);
    expect(() => passwordFrom(new Uint8Array(10))).toThrow(RangeError);
  });

  test('times survive their fields', () => {
    const at = Math.floor(1_795_235_000 / 60) * 60;
    expect(fromInput(toInput(at))).toBe(at);
    expect(fromInput('')).toBeUndefined();
    expect(fromInput('soon')).toBeUndefined();
  });

  test('a link ends when it was said to', () => {
    expect(endOf('4', 1000)).toBe(1000 + 4 * 3600);
    expect(endOf('', 1000)).toBeUndefined();
    expect(endOf('nonsense', 1000)).toBeUndefined();
    const midnight = new Date((endOf('tonight', 1_795_235_000) ?? 0) * 1000);
    expect([midnight.getHours(), midnight.getMinutes()]).toEqual([23, 59]);
  });
});

describe('the address of a link', () => {
  test.each([
    ['https://x.org/#share=s', 'https://x.org/', 'https://x.org/#share=s'],
    ['https://x.org/#share=s', 'https://x.org/map/', 'https://x.org/map/#share=s'],
    // The settings know better.
    ['https://y.org/#share=s', 'https://x.org/map/', 'https://y.org/#share=s'],
    ['https://x.org/other/#share=s', 'https://x.org/map/', 'https://x.org/other/#share=s'],
  ])('%s on a page at %s is %s', (said, page, shown) => {
    expect(below(said, new URL(page))).toBe(shown);
  });
});
