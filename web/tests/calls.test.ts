/**
 * Requests and calls are typed by what the server declares: what is wrong here does not compile.
 * `npm run check` compiles this file, and an expected error that does not come is an error.
 */
import { expect, test } from 'vitest';
import { apiOver, Denied } from '../src/net/api';
import type { Transport } from '../src/net/api';
import { granted, Refused, Requests } from '../src/net/requests';

/** What was asked, with an answer to all of it. */
function server(answer: unknown): { asked: unknown[]; transport: Transport } {
  const asked: unknown[] = [];
  const transport: Transport = {
    json(method, path, fields) {
      asked.push([method, path, fields]);
      return Promise.resolve(answer);
    },
    file: (path) => {
      asked.push(['FILE', path]);
      return Promise.resolve({ name: 'all.zip', content: new Blob() });
    },
  };
  return { asked, transport };
}

test('a call fills the parts of its path, and the fields into query or body', async () => {
  const { asked, transport } = server({ ok: true, data: [], thing: '', sort: '', count: 0 });
  const api = apiOver(transport);
  const thing = { kind: 'friend', group: 'jane/x', id: 'phone 1' };
  await api.get('history/{kind}/{group}/{id}', thing, { from: 5, to: undefined, limit: 2 });
  await api.file('friends/{user}/{device}/export', { user: 'jane', device: 'a?b' });
  expect(asked).toEqual([
    ['GET', 'history/friend/jane%2Fx/phone%201?from=5&limit=2', undefined],
    ['FILE', 'friends/jane/a%3Fb/export'],
  ]);
});

test('what a call changes goes into the body, which a post has in any case', async () => {
  const { asked, transport } = server({ ok: true });
  const api = apiOver(transport);
  await api.post('me/password', { old: 'a', new: 'b' });
  await api.del('links/{id}', { id: 'x' });
  expect(asked).toEqual([
    ['POST', 'me/password', { old: 'a', new: 'b' }],
    ['DELETE', 'links/x', undefined],
  ]);
});

test('an answer is what is declared: defaults are filled in, and what is unknown is left out', async () => {
  const user = { name: 'jane', role: 'viewer', way: 'guest', expires: null, newer: 1 };
  const rights = { see: ['*'], drive: [], own: [], admin: false, looks_only: false };
  const { transport } = server({ ok: true, first: false, user: { ...user, rights } });
  expect(await apiOver(transport).get('session')).toEqual({
    ok: true,
    first: false,
    user: { name: 'jane', role: 'viewer', way: 'guest', rights },
  });
});

test('what is not as declared is refused as unreadable', async () => {
  const { transport } = server({ ok: true, first: 'no' });
  await expect(apiOver(transport).get('session')).rejects.toBeInstanceOf(Denied);
  expect(() => granted('ping', { ok: true, now: 'late' })).toThrow(Refused);
  expect(granted('ping', { t: 'answer', id: 3, ok: true, now: 5 })).toEqual({ ok: true, now: 5 });
});

test('further fields of a thing stay as they came', async () => {
  const thing = { k: 'friend', id: 'jane/phone', s: 4, lat: 48, odd: { a: 1 } };
  const { transport } = server({ ok: true, at: 5, things: [thing, 7, { k: 'no id' }] });
  expect((await apiOver(transport).get('scene', { at: 5 })).things).toEqual([thing]);
});

/** Never called: the compiler alone reads it. */
export async function notCompiled(): Promise<void> {
  const api = apiOver(server({}).transport);
  const requests = new Requests(() => true);

  // @ts-expect-error -- there is no such path
  await api.get('sesion');
  // @ts-expect-error -- it is there, but not by this method
  await api.put('session');
  // @ts-expect-error -- the part of the path is called `id`
  await api.del('links/{id}', { name: 'x' });
  // @ts-expect-error -- the parts of the path are missing
  await api.get('friends/{user}/{device}/retention');
  // @ts-expect-error -- there is no such field
  await api.get('audit', { whom: 'jane' });
  // @ts-expect-error -- a field of another type
  await api.get('audit', { limit: 'many' });
  // @ts-expect-error -- a field that is needed is missing
  await api.post('session', { name: 'jane' });
  // @ts-expect-error -- the answer has no such field
  (await api.get('users')).accounts.toString();
  // @ts-expect-error -- it is no file
  await api.file('session');

  // @ts-expect-error -- there is no such request
  await requests.ask('dance', {});
  // @ts-expect-error -- there is no such field
  await requests.ask('stop', { robot: 'probot/ProBot1' });
  // @ts-expect-error -- a field of another type
  await requests.ask('topics', { path: 'a/b' });
  // @ts-expect-error -- a field that is needed is missing
  await requests.ask('publish', {});
  // @ts-expect-error -- the answer has no such field
  (await requests.ask('ping', {})).then.toString();
  // @ts-expect-error -- a driving frame without its number
  requests.tell('drive', { thing: 'probot/R2', lease: 1, up: 0, down: 0, left: 0, right: 0 });
  // @ts-expect-error -- no refusal has such a code
  new Refused('nonsense', '').code.toString();
  // @ts-expect-error -- nor is one ever found
  if (new Denied('wait', '').code === 'nonsense') return;
}
