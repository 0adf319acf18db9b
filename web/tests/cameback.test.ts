/** The end of a sign-in at a provider: what is told, and where the page goes on. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cameBack } from '../src/accounts/cameback';
import { WaysIn } from '../src/app/waysin';
import { createApi, Denied } from '../src/net/api';
import { BASE, Server } from './answering';

const NOTHING = { see: [], drive: [], own: [], admin: false, looks_only: false };
const JANE = { name: 'jane', role: 'viewer', way: 'account', rights: NOTHING };
const CAME = { ok: true, purpose: 'sign_in', provider: 'Our home', adds_phone: false };

let server: Server;
let places: unknown[];

beforeEach(() => {
  server = new Server();
  places = [];
  vi.stubGlobal('fetch', server.fetch);
  vi.stubGlobal('history', {
    replaceState: (...told: unknown[]) => {
      places.push(told[2]);
    },
  });
  vi.stubGlobal('location', { origin: 'http://here', hash: '#map?id=friend/jane/phone' });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const back = async () => cameBack(createApi(BASE), 'a1');

test('whoever is let in goes on where they were', async () => {
  server.says({ ...CAME, place: '#map?id=friend/jane/phone', user: JANE });
  expect(await back()).toMatchObject({ user: { name: 'jane' }, addsPhone: false });
  expect(places).toEqual(['#map?id=friend/jane/phone']);
});

test('nobody goes on at another address', async () => {
  server.says({ ...CAME, place: 'https://evil.example.org/#map', user: JANE });
  await back();
  expect(places).toEqual([]);
});

test('a link lets nobody in, and is told', async () => {
  server.says({ ...CAME, purpose: 'link', place: '#account' });
  const text = 'From now on you can sign in by Our home.';
  expect(await back()).toMatchObject({ notice: { tone: 'info', text } });
});

test('a refusal is told in words of ours, or else of the server', async () => {
  server.says({ ok: false, code: 'no_role', why: 'x' }, 403);
  expect(await back()).toMatchObject({ notice: { text: /none of the groups/ } });
  server.says({ ok: false, code: 'untrusted', why: 'It lies.' }, 403);
  expect(await back()).toMatchObject({ notice: { tone: 'bad', text: 'It lies.' } });
});

test('a server that is away is asked again by whoever asked', async () => {
  server.isAway();
  await expect(back()).rejects.toMatchObject({ code: 'offline' });
});

test('a way to a provider is gone at the address that it comes back to, and no other', async () => {
  const ways = new WaysIn(createApi(BASE));
  server.says({ ok: true, url: 'https://auth.example.org/authorize', back: 'http://here/' });
  expect(await ways.signIn('home')).toBe('https://auth.example.org/authorize');
  const sent = server.asked[0]?.init.body;
  expect(sent).toBe(JSON.stringify({ purpose: 'sign_in', place: '#map?id=friend/jane/phone' }));
  server.says({ ok: true, url: 'https://auth.example.org/', back: 'https://map.example.org/' });
  await expect(ways.link('home')).rejects.toBeInstanceOf(Denied);
});
