import { beforeEach, describe, expect, test } from 'vitest';
import { FRAME_EVERY, IDLE_EVERY } from '../../src/things/probots/drive/frames';
import { NOTHING } from '../../src/things/probots/drive/intent';
import { Refused } from '../../src/net/requests';
import { FORWARD, lease, moving, Scene } from './scene';

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
    expect(scene.sent).toEqual([]);
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
    expect(scene.sent).toEqual([]);
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
    expect(scene.sent).toEqual([]);
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
    expect(scene.sent).toEqual([]);
    expect(driver.control.value.state).toBe('free');
  });

  test('a frame that cannot be sent is the end as well', async () => {
    const driver = await scene.moves();
    scene.connected = false;
    scene.pass(100);
    expect(driver.control.value.state).toBe('free');
  });
});
