import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Requests } from '../src/net/requests';

let sent: { id: number; do: string }[];
let helm: Requests;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  helm = new Requests((_label, text) => {
    sent.push(JSON.parse(text) as { id: number; do: string });
    return true;
  });
});

afterEach(() => {
  vi.useRealTimers();
});

test('a request is kept by the answer with its id', async () => {
  const first = helm.ask('ping');
  const second = helm.ask('ping');
  const [a, b] = sent;
  helm.answered({ t: 'answer', id: b?.id ?? 0, ok: true, now: 2 });
  helm.answered({ t: 'answer', id: a?.id ?? 0, ok: true, now: 1 });
  expect((await first)['now']).toBe(1);
  expect((await second)['now']).toBe(2);
  expect(helm.waiting).toBe(0);
});

test('a refusal rejects with the server’s own words', async () => {
  const asked = helm.ask('dance');
  helm.answered({ t: 'answer', id: sent[0]?.id ?? 0, ok: false, code: 'unknown', why: 'no such' });
  await expect(asked).rejects.toMatchObject({ code: 'unknown', message: 'no such' });
});

test('a request nobody answers is given up', async () => {
  const asked = helm.ask('ping', {}, 2000);
  const said = expect(asked).rejects.toMatchObject({ code: 'timeout' });
  vi.advanceTimersByTime(2000);
  await said;
  expect(helm.waiting).toBe(0);
});

test('a lost connection ends every request that waits', async () => {
  const asked = helm.ask('ping');
  helm.lost();
  await expect(asked).rejects.toMatchObject({ code: 'lost' });
});

test('without a connection a request is refused at once', async () => {
  const offline = new Requests(() => false);
  await expect(offline.ask('ping')).rejects.toMatchObject({ code: 'offline' });
});

test('an answer nobody here asked for is left to others', () => {
  expect(helm.answered({ t: 'answer', id: 1, ok: true })).toBe(false);
});

test('ids below a thousand are left to requests by hand', () => {
  void helm.ask('ping').catch(() => undefined);
  expect(sent[0]?.id).toBeGreaterThanOrEqual(1000);
});
