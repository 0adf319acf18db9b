import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { Driver } from '../../src/things/probots/drive/driver';
import { FRAME_EVERY, IDLE_EVERY } from '../../src/things/probots/drive/frames';
import { NOTHING } from '../../src/things/probots/drive/intent';
import type { Source, Wish } from '../../src/things/probots/drive/intent';
import { readTerms } from '../../src/things/probots/drive/read';
import type { Lease } from '../../src/things/probots/drive/read';
import { Refused } from '../../src/net/requests';
import { parseFrame } from '../../src/net/protocol';
import type { Answer } from '../../src/net/protocol';
import { Chance, SEEDS } from './chance';

const FORWARD: Wish = { x: 0, y: 1 };

interface Said {
  readonly request: string;
  readonly id: number;
  readonly fields: Record<string, unknown>;
}

/** A server that says yes, and a clock that stands until it is told to go on. */
class Scene {
  readonly said: Said[] = [];
  now = 1000;
  visible = true;
  connected = true;
  fence = 7;
  refuses: Refused | null = null;
  #timers = new Set<{ every: number; due: number; call: () => void }>();
  #id = 0;
  readonly driver = new Driver({
    ask: (request, fields) => {
      this.said.push({ request, id: ++this.#id, fields });
      return this.refuses
        ? Promise.reject(this.refuses)
        : Promise.resolve({
            t: 'answer' as const,
            id: this.#id,
            ok: true,
            lease: this.fence,
            silence: 400,
            keep: 3000,
            stops_within: 0.6,
          });
    },
    tell: (request, fields) => {
      if (!this.connected) return null;
      this.said.push({ request, id: ++this.#id, fields });
      return this.#id;
    },
    now: () => this.now,
    every: (every, call) => {
      const timer = { every, due: this.now + every, call };
      this.#timers.add(timer);
      return () => this.#timers.delete(timer);
    },
    visible: () => this.visible,
  });

  pass(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (;;) {
      const [next] = [...this.#timers].sort((a, b) => a.due - b.due);
      if (!next || next.due > end) break;
      this.now = Math.max(this.now, next.due);
      next.due += next.every;
      next.call();
    }
    this.now = end;
  }

  get timers(): number {
    return this.#timers.size;
  }

  get frames(): Record<string, unknown>[] {
    return this.said.filter(({ request }) => request === 'drive').map(({ fields }) => fields);
  }

  get last(): Said | undefined {
    return this.said.at(-1);
  }

  /** What was said since this was last asked. */
  take(): Said[] {
    return this.said.splice(0);
  }

  answer(state: string, more: Record<string, unknown> = {}): void {
    const frame = this.said.findLast(({ request }) => request === 'drive');
    this.driver.heard({ t: 'answer', id: frame?.id ?? 0, ok: true, state, ...more } as Answer);
  }

  async holds(): Promise<Driver> {
    await this.driver.get('ProBot1', 'take');
    return this.driver;
  }

  async moves(): Promise<Driver> {
    const driver = await this.holds();
    driver.wish('pad', FORWARD);
    this.pass(200);
    expect(moving(this.frames.at(-1))).toBe(true);
    this.take();
    return driver;
  }
}

function moving(frame: Record<string, unknown> | undefined): boolean {
  return ['up', 'down', 'left', 'right'].some((key) => frame?.[key] !== 0);
}

const lease = (part: Partial<Lease> = {}): Lease => ({
  robot: 'ProBot1',
  holder: 'amy',
  fence: 7,
  since: 1,
  state: 'still',
  asks: [],
  loose: false,
  ...part,
});

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});

describe('holding a robot', () => {
  test('begins with a frame of zeroes, which goes on as the sign of life', async () => {
    await scene.holds();
    expect(scene.frames).toHaveLength(1);
    scene.pass(1000);
    expect(scene.frames.some(moving)).toBe(false);
    expect(scene.frames.length).toBeGreaterThanOrEqual(1000 / IDLE_EVERY);
    expect(scene.frames.length).toBeLessThan(10);
  });

  test('each frame has the lease and a number that counts up', async () => {
    await scene.moves();
    scene.pass(1000);
    const numbers = scene.frames.map((frame) => Number(frame['n']));
    expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
    expect(new Set(scene.frames.map((frame) => frame['lease']))).toEqual(new Set([7]));
  });

  test('while it moves there are twenty frames a second', async () => {
    await scene.moves();
    scene.pass(1000);
    expect(scene.frames.length).toBe(1000 / FRAME_EVERY);
    expect(scene.driver.flight.value.rate).toBeGreaterThanOrEqual(19);
  });

  test('a refusal is told in the server’s words', async () => {
    scene.refuses = new Refused('offline', 'ProBot1 is offline');
    await scene.holds();
    expect(scene.driver.control.value.state).toBe('free');
    expect(scene.driver.notice.value).toEqual({
      tone: 'bad',
      text: 'ProBot1 is offline.',
      code: 'offline',
    });
  });

  test('who gave up asking does not get it after all', async () => {
    const asked = scene.driver.get('ProBot1', 'ask');
    scene.driver.release();
    await asked;
    expect(scene.driver.control.value.state).toBe('free');
    expect(scene.last).toMatchObject({ request: 'release', fields: { lease: 7 } });
  });

  test('release says zeroes, lets go of the lease, and is silent from then on', async () => {
    const driver = await scene.moves();
    driver.release();
    expect(scene.take().map(({ request }) => request)).toEqual(['drive', 'release']);
    driver.wish('pad', FORWARD);
    scene.pass(5000);
    expect(scene.said).toEqual([]);
    expect(scene.timers).toBe(0);
  });

  test('limits hold what is sent', async () => {
    const driver = await scene.moves();
    driver.limits = { speed: 0.3, turn: 0.2 };
    driver.wish('keys', { x: -1, y: 0 });
    scene.pass(100);
    expect(scene.frames.at(-1)).toMatchObject({ up: 0.3, down: 0, left: 0.2, right: 0 });
  });
});

describe('letting go', () => {
  test('is sent at once, not with the next frame', async () => {
    const driver = await scene.moves();
    driver.wish('pad', NOTHING);
    expect(scene.frames).toHaveLength(1);
    expect(moving(scene.frames[0])).toBe(false);
  });

  test('a hand on another source goes on', async () => {
    const driver = await scene.moves();
    driver.wish('keys', FORWARD);
    driver.wish('pad', NOTHING);
    scene.pass(100);
    expect(moving(scene.frames.at(-1))).toBe(true);
  });

  test.each(['blur', 'hidden'] as const)(
    '%s stops, and what is still held does not count',
    async (why) => {
      const driver = await scene.moves();
      driver.hands(why);
      const said = scene.take();
      expect(said.map(({ request }) => request)).toEqual(['drive', 'halt']);
      expect(moving(said[0]?.fields)).toBe(false);
      expect(said[1]?.fields).toMatchObject({ lease: 7, why });
      scene.pass(1000);
      driver.wish('pad', { x: 0.1, y: 0.9 });
      scene.pass(1000);
      // Nothing at all: zeroes would say that everything is at rest.
      expect(scene.frames).toEqual([]);
      driver.wish('pad', NOTHING);
      expect(scene.frames.some(moving)).toBe(false);
      driver.wish('pad', FORWARD);
      expect(moving(scene.frames.at(-1))).toBe(true);
    },
  );

  test('a hidden page sends no frames, so that the lease runs out', async () => {
    const driver = await scene.holds();
    scene.take();
    scene.visible = false;
    driver.hands('hidden');
    scene.pass(5000);
    expect(scene.take().map(({ request }) => request)).toEqual(['halt']);
  });

  test('everybody who holds something is told to forget it', async () => {
    const driver = await scene.moves();
    let dropped = 0;
    const undo = driver.onLetGo(() => (dropped += 1));
    driver.hands('blur');
    expect(dropped).toBe(1);
    undo();
    driver.hands('blur');
    expect(dropped).toBe(1);
  });
});

describe('a stop that nobody at this page asked for', () => {
  test('locks the pad until everything was let go, and says why', async () => {
    const driver = await scene.moves();
    scene.pass(50);
    scene.answer('parked', { why: 'nothing heard of ProBot1 for 3 s' });
    scene.take();
    scene.pass(1000);
    expect(scene.frames).toEqual([]);
    expect(driver.notice.value?.text).toMatch(
      /^Stopped: nothing heard of ProBot1 for 3 s\. Let go/,
    );
    expect(driver.flight.value).toMatchObject({ held: true });
    expect(driver.flight.value.locked).not.toBeNull();
    driver.wish('pad', NOTHING);
    expect(scene.frames).toHaveLength(1);
    expect(moving(scene.frames[0])).toBe(false);
    scene.answer('still');
    driver.wish('pad', FORWARD);
    expect(moving(scene.frames.at(-1))).toBe(true);
  });

  test('what parks even zeroes keeps the pad locked', async () => {
    const driver = await scene.holds();
    scene.answer('parked', { why: 'there is no guard' });
    driver.wish('pad', FORWARD);
    scene.pass(500);
    expect(scene.frames.some(moving)).toBe(false);
    expect(driver.flight.value.locked).toBe('there is no guard.');
    driver.wish('pad', NOTHING);
    scene.pass(500);
    scene.answer('still');
    driver.wish('pad', FORWARD);
    expect(moving(scene.frames.at(-1))).toBe(true);
  });

  test('the stop button locks it too', async () => {
    const driver = await scene.moves();
    driver.stopped();
    scene.pass(1000);
    expect(scene.frames).toEqual([]);
  });

  test('a late frame alone is no reason to stop', async () => {
    const driver = await scene.moves();
    scene.pass(50);
    scene.answer('late');
    scene.pass(50);
    expect(moving(scene.frames.at(-1))).toBe(true);
    expect(driver.notice.value).toBeNull();
  });
});

describe('losing it', () => {
  const because = () => 'bob took over';

  test('to another lease is told with the reason, and nothing more goes out', async () => {
    const driver = await scene.moves();
    driver.leased('ProBot1', lease({ holder: 'bob', fence: 8 }), because);
    expect(driver.control.value.state).toBe('free');
    expect(driver.notice.value?.text).toContain('bob took over');
    scene.pass(5000);
    expect(scene.said).toEqual([]);
  });

  test('is over when the log says so, whatever comes first', async () => {
    const driver = await scene.moves();
    const { fence } = lease();
    driver.ended(fence - 1, 'bob took over');
    expect(driver.control.value.state).toBe('mine');
    driver.ended(fence, 'bob took over');
    expect(driver.control.value.state).toBe('free');
    expect(driver.notice.value?.text).toContain('bob took over');
    scene.pass(5000);
    expect(scene.said).toEqual([]);
  });

  test('an older picture of the robot is not taken for a loss', async () => {
    const driver = await scene.holds();
    driver.leased('ProBot1', lease({ holder: 'bob', fence: 6 }), because);
    driver.leased('ProBot1', null, because);
    expect(driver.control.value.state).toBe('mine');
    driver.leased('ProBot1', lease(), because);
    driver.leased('ProBot1', null, because);
    expect(driver.control.value.state).toBe('free');
  });

  test('a refused frame is the end', async () => {
    const driver = await scene.moves();
    scene.pass(50);
    const id = scene.last?.id ?? 0;
    driver.heard({ t: 'answer', id, ok: false, code: 'not_yours', why: 'ProBot1 is free' });
    expect(driver.control.value.state).toBe('free');
  });

  test('with the connection goes the right to drive', async () => {
    const driver = await scene.moves();
    scene.connected = false;
    driver.disconnected();
    scene.connected = true;
    scene.pass(5000);
    expect(scene.said).toEqual([]);
    expect(driver.control.value.state).toBe('free');
  });

  test('a frame that cannot be sent is the end as well', async () => {
    const driver = await scene.moves();
    scene.connected = false;
    scene.pass(100);
    expect(driver.control.value.state).toBe('free');
  });
});

test.each(SEEDS)('never a frame with motion that no hand stands for (%i)', async (seed) => {
  const chance = new Chance(seed);
  const driver = await scene.holds();
  const wishes = new Map<Source, Wish>();
  /** Whether everything was at rest since the last end of all wishes. */
  let allowed = true;
  let connected = true;
  const resting = () => [...wishes.values()].every(({ x, y }) => x === 0 && y === 0);
  const steps: (() => void)[] = [
    ...Array.from({ length: 4 }, () => () => {
      const source = chance.from<Source>(['pad', 'keys', 'sliders', 'gamepad']);
      const wish = chance.next() < 0.5 ? NOTHING : { x: chance.next() - 0.5, y: chance.next() };
      wishes.set(source, wish);
      if (scene.visible && resting()) allowed = true;
      driver.wish(source, wish);
    }),
    () => {
      for (const source of wishes.keys()) {
        wishes.set(source, NOTHING);
        if (resting()) allowed = true;
        driver.wish(source, NOTHING);
      }
    },
    () => {
      allowed = resting();
      driver.hands('blur');
    },
    () => {
      scene.visible = false;
      allowed = resting();
      driver.hands('hidden');
    },
    () => {
      scene.visible = true;
      if (resting()) allowed = true;
    },
    () => {
      allowed = resting();
      driver.stopped();
    },
    () => {
      scene.pass(chance.below(400));
    },
    () => {
      driver.release();
      connected = false;
    },
  ];
  for (let round = 0; round < 150 && connected; round++) {
    scene.take();
    steps[chance.below(steps.length - (round < 100 ? 1 : 0))]?.();
    for (const frame of scene.frames.filter(moving)) {
      expect(scene.visible).toBe(true);
      expect(allowed).toBe(true);
      expect(resting()).toBe(false);
      expect(frame['lease']).toBe(7);
    }
  }
  driver.release();
  scene.take();
  scene.pass(2000);
  expect(scene.said).toEqual([]);
});

describe('the golden frames of driving', () => {
  const golden = (name: string) => {
    const text = readFileSync(
      join(import.meta.dirname, `../../../tests/wire/${name}.json`),
      'utf8',
    );
    return (JSON.parse(text) as { frame: Record<string, unknown> }).frame;
  };
  const fields = (name: string) => {
    const frame = golden(name);
    const names = Object.keys(frame).filter((field) => field !== 'id' && field !== 'do');
    return { request: frame['do'], names: names.sort() };
  };
  const said = (request: string) => {
    const one = scene.said.findLast((each) => each.request === request);
    return { request: one?.request, names: Object.keys(one?.fields ?? {}).sort() };
  };

  test('are what the page sends', async () => {
    const driver = await scene.moves();
    driver.wish('pad', { x: 0.3, y: 0.7 });
    scene.pass(60);
    expect(said('drive')).toEqual(fields('drive-request-drive'));
    driver.reply('bob', false);
    expect(said('reply')).toEqual(fields('drive-request-reply'));
    driver.hands('hidden');
    expect(said('halt')).toEqual(fields('drive-request-halt'));
    await driver.get('ProBot1', 'take');
    expect(said('take')).toEqual(fields('drive-request-take'));
  });

  test('are understood', async () => {
    const parse = (name: string) => parseFrame(JSON.stringify(golden(name))) as Answer;
    expect(readTerms(parse('drive-answer-take'))).toMatchObject({ fence: 7, stops_within: 0.6 });
    const driver = await scene.moves();
    scene.pass(50);
    const answered = (name: string) => {
      driver.heard({ ...parse(name), id: scene.last?.id ?? 0 });
    };
    answered('drive-answer-go');
    expect(driver.flight.value).toMatchObject({ sent: '0.57 0.00 0.00 0.26', trip: 2.1 });
    scene.pass(50);
    answered('drive-answer-parked');
    expect(driver.notice.value?.text).toContain('nothing heard of ProBot1');
  });
});
