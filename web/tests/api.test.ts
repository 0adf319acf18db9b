/** Calls over HTTP: how they go out, and what comes back. What they may be is in calls.test.ts. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApi, Denied, path, queryText } from '../src/net/api';
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

const LINK = { name: 'a', things: ['friend/jane/phone'], ends: 5 };
const JANE = { user: 'jane', device: 'phone' };

describe('a call of the API', () => {
  test('goes out as declared JSON with the cookie of this origin and nothing else', async () => {
    server.says({ ok: true, id: 'x', url: 'u' });
    expect(await createApi(BASE).post('links', LINK)).toEqual({
      ok: true,
      id: 'x',
      url: 'u',
      reach: 'anywhere',
    });
    const { method, path: asked, init } = server.asked[0] ?? { method: '', path: '', init: {} };
    expect([method, asked]).toEqual(['POST', '/prefix/api/1/links']);
    expect(init.headers).toEqual({ 'content-type': 'application/json' });
    expect(init.credentials).toBe('same-origin');
    expect(init.redirect).toBe('error');
    expect(init.body).toBe(JSON.stringify(LINK));
  });

  test('that is refused throws the server’s words, its code and how long to wait', async () => {
    server.says({ ok: false, code: 'wait', why: 'Too many attempts.', wait: 8 }, 429);
    await expect(
      createApi(BASE).post('session', { name: 'a', password: 'b' }),
    ).rejects.toMatchObject({
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
    expect((await createApi(BASE).file('friends/{user}/{device}/export', JANE)).name).toBe(
      'sightline-jane.zip',
    );
  });
});
