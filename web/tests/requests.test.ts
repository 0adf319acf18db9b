import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Requests } from '../src/net/requests';

let sent: { id: number; do: string }[];
let requests: Requests;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  requests = new Requests((_label, text) => {
    sent.push(JSON.parse(text) as { id: number; do: string });
    return true;
  });
});

afterEach(() => {
  vi.useRealTimers();
});

test('a request is kept by the answer with its id', async () => {
  const first = requests.ask('ping', {});
  const second = requests.ask('ping', {});
  const [a, b] = sent;
  requests.answered({ t: 'answer', id: b?.id ?? 0, ok: true, now: 2 });
  requests.answered({ t: 'answer', id: a?.id ?? 0, ok: true, now: 1 });
  expect((await first).now).toBe(1);
  expect((await second).now).toBe(2);
  expect(requests.waiting).toBe(0);
});

test('a refusal rejects with the server’s own words', async () => {
  const asked = requests.ask('drivers', {});
  requests.answered({
    t: 'answer',
    id: sent[0]?.id ?? 0,
    ok: false,
    code: 'unknown',
    why: 'no such',
  });
  await expect(asked).rejects.toMatchObject({ code: 'unknown', message: 'no such' });
});

test('a request nobody answers is given up', async () => {
  const asked = requests.ask('ping', {}, 2000);
  const said = expect(asked).rejects.toMatchObject({ code: 'timeout' });
  vi.advanceTimersByTime(2000);
  await said;
  expect(requests.waiting).toBe(0);
});

test('a lost connection ends every request that waits', async () => {
  const asked = requests.ask('ping', {});
  requests.lost();
  await expect(asked).rejects.toMatchObject({ code: 'lost' });
});

test('without a connection a request is refused at once', async () => {
  const offline = new Requests(() => false);
  await expect(offline.ask('ping', {})).rejects.toMatchObject({ code: 'offline' });
});

test('an answer nobody here asked for is left to others', () => {
  expect(requests.answered({ t: 'answer', id: 1, ok: true })).toBe(false);
});

test('ids below a thousand are left to requests by hand', () => {
  void requests.ask('ping', {}).catch(() => undefined);
  expect(sent[0]?.id).toBeGreaterThanOrEqual(1000);
});

test('an answer that is not what was declared is refused', async () => {
  const asked = requests.ask('ping', {});
  requests.answered({ t: 'answer', id: sent[0]?.id ?? 0, ok: true, now: 'late' });
  await expect(asked).rejects.toMatchObject({ code: 'malformed' });
});
