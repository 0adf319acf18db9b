import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PollingSocket } from '../src/net/polling';
import { BLOCKED_AFTER, isPolling, Transports, TRY_EVERY, TRY_FIRST } from '../src/net/transports';

interface Post {
  readonly url: string;
  readonly body: Record<string, unknown>;
  answer(lines: readonly object[], status?: number): void;
  fail(): void;
}

/** What goes to the server, answered by hand. */
class Server {
  readonly posts: Post[] = [];
  readonly fetch = (url: string, { body }: { body: string }) =>
    new Promise<Response>((resolve, reject) => {
      this.posts.push({
        url,
        body: JSON.parse(body) as Record<string, unknown>,
        answer(lines, status = 200) {
          const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
          resolve(new Response(text, { status }));
        },
        fail() {
          reject(new TypeError('Failed to fetch'));
        },
      });
    });

  get last(): Post {
    const last = this.posts.at(-1);
    if (!last) throw new Error('nothing was asked');
    return last;
  }
}

const HELLO = { t: 'hello', epoch: 'e', server: '0', user: {}, now: 1, beat: 5000 };
const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

let server: Server;

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  vi.stubGlobal('fetch', server.fetch);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function opened() {
  const line = new PollingSocket('wss://map.example/below/ws');
  const heard: string[] = [];
  const closed: { code: number; reason: string }[] = [];
  line.onmessage = ({ data }) => heard.push((JSON.parse(data) as { t: string }).t);
  line.onclose = (why) => closed.push(why);
  line.onopen = () => {
    line.send('{"t":"resume","epoch":"old","seq":7}');
  };
  await settle();
  return { line, heard, closed };
}

describe('polling', () => {
  test('says where the page stands, each time anew', async () => {
    const { heard } = await opened();
    expect(server.last.url).toBe('https://map.example/below/ws/poll?hello');
    expect(server.last.body).toEqual({ t: 'resume', epoch: 'old', seq: 7 });
    server.last.answer([HELLO, { t: 'news', seq: 12, things: [], whole: true }]);
    await settle(100);
    expect(heard).toEqual(['hello', 'news']);
    expect(server.last.url).toBe('https://map.example/below/ws/poll');
    expect(server.last.body).toEqual({ t: 'resume', epoch: 'e', seq: 12 });
    server.last.answer([{ t: 'beat', now: 2, seq: 12 }]);
    await settle(100);
    expect(server.posts).toHaveLength(3);
    expect(server.last.body['seq']).toBe(12);
  });

  test('hands requests on and their answers back, also a refusal', async () => {
    const { line, heard } = await opened();
    line.send('{"id":1,"do":"stop","thing":"probot/ProBot1"}');
    expect(server.last.url).toBe('https://map.example/below/ws/ask');
    server.last.answer([{ t: 'answer', id: 1, ok: true }]);
    await settle();
    expect(heard).toEqual(['answer']);
    const answers: unknown[] = [];
    line.onmessage = ({ data }) => answers.push(JSON.parse(data));
    line.send('{"id":2,"do":"ping"}');
    server.last.answer([], 429);
    await settle();
    line.send('{"id":3,"do":"ping"}');
    server.last.fail();
    await settle();
    expect(answers).toMatchObject([
      { t: 'answer', id: 2, ok: false, code: 'offline' },
      { t: 'answer', id: 3, ok: false, code: 'offline' },
    ]);
  });

  test('says with each request that the page shows the past', async () => {
    const { line } = await opened();
    const asked = (text: string) => {
      line.send(text);
      return server.last.url.replace('https://map.example/below/ws/', '');
    };
    expect(asked('{"id":1,"do":"look","past":true}')).toBe('ask');
    expect(asked('{"id":2,"do":"region"}')).toBe('ask?past');
    expect(asked('{"id":3,"do":"look","past":false}')).toBe('ask');
    expect(asked('{"id":4,"do":"region"}')).toBe('ask');
  });

  test.each([
    [0, 1006],
    [500, 1006],
    [503, 4029],
    [401, 4001],
  ])('that is answered with %i ends with code %i', async (status, code) => {
    const { closed, heard } = await opened();
    server.last.answer([HELLO]);
    await settle(100);
    if (status === 0) server.last.fail();
    else server.last.answer([], status);
    await settle(60_000);
    expect(closed.map((each) => each.code)).toEqual([code]);
    expect(heard).toEqual(['hello']);
    expect(server.posts).toHaveLength(2);
  });

  test('ends with the session, in the server’s words, and asks no more once it is closed', async () => {
    const first = await opened();
    server.last.answer([HELLO, { t: 'ended', why: 'your rights have changed' }]);
    await settle(1000);
    expect(first.closed).toEqual([{ code: 4001, reason: 'your rights have changed' }]);
    expect(server.posts).toHaveLength(1);
    const second = await opened();
    second.line.close();
    server.last.answer([HELLO]);
    await settle(1000);
    expect(second.heard).toEqual([]);
    expect(second.closed).toEqual([]);
    expect(server.posts).toHaveLength(2);
  });
});

/** A WebSocket that says something, or does not. */
class Wire {
  closedByUs = false;
  onmessage: (() => void) | null = null;
  onclose: (() => void) | null = null;
  close(): void {
    this.closedByUs = true;
  }
}

class Scene {
  readonly wires: Wire[] = [];
  readonly polls: { over: boolean; ended: number[]; polling: true; end(code: number): void }[] = [];
  readonly transports = new Transports({
    socket: () => {
      const wire = new Wire();
      this.wires.push(wire);
      return wire as unknown as WebSocket;
    },
    poll: () => {
      const poll = {
        over: false,
        ended: [] as number[],
        polling: true as const,
        end(code: number) {
          this.ended.push(code);
          this.over = true;
        },
      };
      this.polls.push(poll);
      return poll as unknown as PollingSocket;
    },
  });
  open = () => isPolling((this.last = this.transports.open('ws://x/ws', 's')));
  last: object = {};
}

describe('the way to the server', () => {
  test('is the WebSocket, as long as one says something', () => {
    const scene = new Scene();
    for (let tries = 0; tries < 10; tries += 1) {
      expect(scene.open()).toBe(false);
      scene.transports.spoke(scene.last);
    }
    expect(scene.polls).toHaveLength(0);
  });

  test('is polling after WebSockets without a word, and both in turn while nothing works', () => {
    const scene = new Scene();
    scene.transports.spoke({ polling: true }); // that polling works says nothing of WebSockets
    const ways = Array.from({ length: BLOCKED_AFTER + 4 }, scene.open);
    expect(ways).toEqual([false, false, true, false, true, false]);
  });

  test('is the WebSocket again as soon as one is let through', async () => {
    const scene = new Scene();
    while (!scene.open()) continue;
    const tried = scene.wires.length;
    await settle(TRY_FIRST);
    expect(scene.wires).toHaveLength(tried + 1);
    scene.wires.at(-1)?.onclose?.();
    await settle(TRY_EVERY);
    expect(scene.wires).toHaveLength(tried + 2);
    expect(scene.polls[0]?.ended).toEqual([]);
    scene.wires.at(-1)?.onmessage?.();
    expect(scene.wires.at(-1)?.closedByUs).toBe(true);
    expect(scene.polls[0]?.ended).toEqual([1012]);
    expect(scene.open()).toBe(false);
  });

  test('is not tried beside a polling that is over', async () => {
    const scene = new Scene();
    while (!scene.open()) continue;
    scene.polls[0]?.end(1006);
    const tried = scene.wires.length;
    await settle(10 * TRY_EVERY);
    expect(scene.wires).toHaveLength(tried);
  });
});
