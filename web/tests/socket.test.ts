import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Connection } from '../src/net/socket';
import {
  FIRST_WAIT,
  HELLO_WITHIN,
  LONGEST_WAIT,
  reasonOf,
  Socket,
  waitBefore,
} from '../src/net/socket';
import type { ServerFrame } from '../src/net/protocol';

const HELLO = JSON.stringify({
  t: 'hello',
  epoch: 'e1',
  server: '0.1.0',
  user: { name: 'guest', role: 'viewer' },
  now: 5,
  beat: 4000,
});
const BEAT = '{"t":"beat","now":6,"seq":1}';

/** What a WebSocket does, done by hand. */
class FakeSocket {
  readonly sent: string[] = [];
  closed: { code: number; reason: string } | null = null;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((closed: { code: number; reason: string }) => void) | null = null;

  send(text: string): void {
    this.sent.push(text);
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  says(text: string): void {
    this.onmessage?.({ data: text });
  }

  breaks(code = 1006, reason = ''): void {
    this.onclose?.({ code, reason });
  }
}

class Scene {
  readonly sockets: FakeSocket[] = [];
  readonly states: Connection[] = [];
  readonly frames: ServerFrame[] = [];
  readonly texts: string[] = [];
  cursor = { epoch: null as string | null, seq: 0 };
  online = true;
  refusing = false;
  readonly ends: string[] = [];
  refusals = 0;
  readonly socket = new Socket(
    'ws://test/ws',
    {
      cursor: () => this.cursor,
      frame: (frame) => this.frames.push(frame),
      state: (state) => this.states.push(state),
      ended: (why) => this.ends.push(why),
      refused: () => {
        this.refusals += 1;
      },
      text: (direction, label) => this.texts.push(`${direction} ${label}`),
    },
    {
      open: () => {
        if (this.refusing) throw new Error('not allowed here');
        const fake = new FakeSocket();
        this.sockets.push(fake);
        return fake as unknown as WebSocket;
      },
      now: () => Date.now(),
      random: () => 1,
      online: () => this.online,
    },
  );

  get last(): FakeSocket {
    const last = this.sockets.at(-1);
    if (!last) throw new Error('no connection was tried');
    return last;
  }

  get state(): Connection {
    return this.socket.connection;
  }

  /** Let time pass until the next try begins. */
  waitForTry(): void {
    const { state } = this;
    if (state.state !== 'lost' || state.nextTry === undefined) throw new Error('nothing is tried');
    vi.advanceTimersByTime(state.nextTry - Date.now());
  }

  goLive(): void {
    this.last.onopen?.();
    this.last.says(HELLO);
  }
}

let scene: Scene;

beforeEach(() => {
  vi.useFakeTimers();
  scene = new Scene();
  scene.socket.start();
});

afterEach(() => {
  scene.socket.stop();
  vi.useRealTimers();
});

describe('a connection', () => {
  test('begins with resume, and is live with the hello', () => {
    expect(scene.state.state).toBe('connecting');
    scene.last.onopen?.();
    expect(scene.last.sent).toEqual(['{"t":"resume","epoch":null,"seq":0}']);
    expect(scene.state.state).toBe('connecting');
    scene.last.says(HELLO);
    expect(scene.state.state).toBe('live');
  });

  test('that the server ends with our session is not tried again', () => {
    scene.goLive();
    scene.last.breaks(4001, 'your rights have changed');
    expect(scene.ends).toEqual(['your rights have changed']);
    vi.advanceTimersByTime(600_000);
    expect(scene.sockets).toHaveLength(1);
  });

  test('that was not let in without a word makes one ask who we are', () => {
    scene.last.breaks(1006);
    expect(scene.refusals).toBe(1);
    scene.waitForTry();
    scene.goLive();
    scene.last.breaks(1006);
    expect(scene.refusals).toBe(1);
  });

  test('after a loss resumes from where the picture is complete', () => {
    scene.goLive();
    scene.cursor = { epoch: 'e1', seq: 77 };
    scene.last.breaks();
    vi.advanceTimersByTime(FIRST_WAIT);
    scene.last.onopen?.();
    expect(scene.last.sent).toEqual(['{"t":"resume","epoch":"e1","seq":77}']);
  });

  test('hands every frame on, and every text to the console', () => {
    scene.goLive();
    scene.last.says(BEAT);
    scene.last.says('{"t":"weather"}');
    expect(scene.frames.map((frame) => frame.t)).toEqual(['hello', 'beat', 'other']);
    expect(scene.texts).toEqual(['out resume', 'in hello', 'in beat', 'in weather']);
  });

  test('sends nothing while it is not live', () => {
    expect(scene.socket.send('ping', '{}')).toBe(false);
    scene.goLive();
    expect(scene.socket.send('ping', '{"id":1,"do":"ping"}')).toBe(true);
    expect(scene.last.sent).toContain('{"id":1,"do":"ping"}');
  });
});

describe('a lost connection', () => {
  test('is told with the reason, since when, and when it is tried again', () => {
    scene.goLive();
    const heard = Date.now();
    vi.advanceTimersByTime(700);
    const now = Date.now();
    scene.last.breaks(1001, 'restarting');
    expect(scene.state).toEqual({
      state: 'lost',
      since: now,
      heard,
      nextTry: now + FIRST_WAIT,
      tries: 0,
      why: 'The server is going away (restarting).',
    });
  });

  test('stays lost since the first loss while it is tried again and again', () => {
    scene.goLive();
    const since = Date.now();
    scene.last.breaks();
    for (let failure = 1; failure < 5; failure++) {
      scene.waitForTry();
      expect(scene.state).toMatchObject({ state: 'lost', since, tries: failure });
      scene.last.breaks();
    }
    scene.waitForTry();
    scene.goLive();
    expect(scene.state.state).toBe('live');
  });

  test('waits longer each time, up to a bound, and starts small again after success', () => {
    const waits: number[] = [];
    for (let failure = 0; failure < 8; failure++) {
      scene.last.breaks();
      const { state } = scene;
      if (state.state !== 'lost' || state.nextTry === undefined) throw new Error('not lost');
      waits.push(state.nextTry - Date.now());
      scene.waitForTry();
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
    scene.goLive();
    scene.last.breaks();
    expect(scene.state).toMatchObject({ nextTry: Date.now() + FIRST_WAIT });
  });

  test('is tried at once when Retry is pressed, and only once', () => {
    scene.goLive();
    scene.last.breaks();
    scene.socket.retry();
    scene.socket.retry();
    expect(scene.sockets).toHaveLength(2);
    expect(scene.state).not.toHaveProperty('nextTry');
    vi.advanceTimersByTime(FIRST_WAIT);
    expect(scene.sockets).toHaveLength(2);
  });

  test('is tried at once when the page is looked at again', () => {
    scene.goLive();
    scene.last.breaks();
    scene.socket.wake();
    expect(scene.sockets).toHaveLength(2);
  });

  test('that the browser forbids is a reason like any other', () => {
    scene.refusing = true;
    scene.goLive();
    scene.last.breaks();
    vi.advanceTimersByTime(FIRST_WAIT);
    expect(scene.state).toMatchObject({ state: 'lost', why: 'not allowed here' });
  });

  test('leaves no way for a late word of the old connection', () => {
    scene.goLive();
    const old = scene.last;
    old.breaks();
    vi.advanceTimersByTime(FIRST_WAIT);
    scene.goLive();
    const heard = scene.frames.length;
    old.says(BEAT);
    old.breaks();
    expect(scene.frames).toHaveLength(heard);
    expect(scene.state.state).toBe('live');
  });
});

describe('silence', () => {
  test('of two and a half beats means that the connection is dead', () => {
    scene.goLive();
    vi.advanceTimersByTime(9_999);
    expect(scene.state.state).toBe('live');
    vi.advanceTimersByTime(1);
    expect(scene.state).toMatchObject({
      state: 'lost',
      why: 'Nothing was heard from the server for 10 s.',
    });
    expect(scene.last.closed?.code).toBe(4900);
  });

  test('is broken by any frame', () => {
    scene.goLive();
    for (let beat = 0; beat < 5; beat++) {
      vi.advanceTimersByTime(9_000);
      scene.last.says(BEAT);
    }
    expect(scene.state.state).toBe('live');
  });

  test('while asleep is noticed at once on waking', () => {
    scene.goLive();
    vi.setSystemTime(Date.now() + 3_600_000);
    scene.socket.wake();
    expect(scene.state.state).toBe('lost');
  });

  test('of a server that never says hello is not waited for', () => {
    scene.last.onopen?.();
    vi.advanceTimersByTime(HELLO_WITHIN);
    expect(scene.state.state).toBe('lost');
  });
});

describe('a malformed frame', () => {
  test('ends the connection, with what was wrong with it', () => {
    scene.goLive();
    scene.last.says('{"t":"news"}');
    expect(scene.last.closed?.code).toBe(4907);
    expect(scene.state).toMatchObject({ state: 'lost' });
    expect(scene.state).toHaveProperty('why', expect.stringContaining('news without things'));
    expect(scene.texts.at(-1)).toBe('in malformed');
  });
});

test('a page that was closed stays closed', () => {
  scene.goLive();
  scene.socket.stop();
  vi.advanceTimersByTime(LONGEST_WAIT * 2);
  expect(scene.sockets).toHaveLength(1);
});

test('the wait is never less than half of what it could be', () => {
  expect(waitBefore(0, 0)).toBe(FIRST_WAIT / 2);
  expect(waitBefore(50, 1)).toBe(LONGEST_WAIT);
});

test.each([
  [1006, '', true, 'The server cannot be reached.'],
  [1006, '', false, 'This device is offline.'],
  [1008, 'bad resume', true, 'The server refused what this page sent (bad resume).'],
  [4008, '', true, 'This page was too slow for the server.'],
  [4029, 'limit 100', true, 'The server has too many connections (limit 100).'],
  [3999, '', true, 'The connection was closed with code 3999.'],
])('code %i %j is told in words', (code, reason, online, words) => {
  expect(reasonOf({ code, reason }, online)).toBe(words);
});
