import { describe, expect, test } from 'vitest';
import {
  isNothing,
  isReleased,
  keysOf,
  keysText,
  Latch,
  merge,
  MOST,
  NOTHING,
  ramp,
  within,
} from '../../src/things/probots/drive/intent';
import { HeldKeys } from '../../src/things/probots/drive/keyboard';
import { wishAt } from '../../src/things/probots/drive/joystick';
import { Chance, SEEDS } from './chance';

describe('a held key', () => {
  test.each([
    [0, 0.08],
    [19, 0.08],
    [20, 0.16],
    [40, 0.24],
    [160, 0.72],
    [180, 0.75],
    [60_000, 0.75],
  ])('of %i ms is pressed %f', (heldFor, pressed) => {
    expect(ramp(heldFor)).toBe(pressed);
  });

  test('never grows beyond what the robot takes, nor shrinks while it is held', () => {
    for (let heldFor = 0, before = 0; heldFor < 500; heldFor += 7) {
      expect(ramp(heldFor)).toBeGreaterThanOrEqual(before);
      expect(ramp(heldFor)).toBeLessThanOrEqual(MOST);
      before = ramp(heldFor);
    }
  });

  test.each([-1, NaN])('for %f ms is not pressed', (heldFor) => {
    expect(ramp(heldFor)).toBe(0);
  });
});

describe('many wishes', () => {
  test('the strongest counts, so that two hands are no faster than one', () => {
    expect(
      merge([
        { x: 0.2, y: 0.4 },
        { x: 0.5, y: 0.3 },
      ]),
    ).toEqual({ x: 0.5, y: 0.4 });
  });

  test('opposite ones take from each other', () => {
    expect(
      merge([
        { x: 1, y: 1 },
        { x: -1, y: -0.5 },
      ]),
    ).toEqual({ x: 0, y: 0.5 });
  });

  test('none wish nothing', () => {
    expect(isNothing(merge([]))).toBe(true);
  });

  test.each([NaN, Infinity, -Infinity])('%f wishes nothing', (value) => {
    expect(within(value)).toBe(0);
  });

  test.each(SEEDS)('stay within the limits and the grammar, whatever they are (%i)', (seed) => {
    const chance = new Chance(seed);
    for (let round = 0; round < 50; round++) {
      const wishes = Array.from({ length: chance.below(5) }, () => chance.wish());
      const limits = {
        speed: chance.from([0, 0.2, MOST, 3, NaN]),
        turn: chance.from([0, 0.4, MOST]),
      };
      const merged = merge(wishes);
      const keys = keysOf(merged, limits);
      expect(Math.abs(merged.x)).toBeLessThanOrEqual(1);
      expect(Math.abs(merged.y)).toBeLessThanOrEqual(1);
      expect(keysText(keys)).toMatch(/^(0 0 0 0|0\.[0-7]\d( 0\.[0-7]\d){3})$/);
      for (const key of Object.values(keys)) {
        expect(key).toBeGreaterThanOrEqual(0);
        expect(key).toBeLessThanOrEqual(MOST);
      }
      expect(Math.max(keys.up, keys.down)).toBeLessThanOrEqual(limits.speed || 0);
      expect(Math.max(keys.left, keys.right)).toBeLessThanOrEqual(limits.turn);
      expect(keys.up * keys.down).toBe(0);
      expect(keys.left * keys.right).toBe(0);
      if (wishes.every(isNothing)) expect(isReleased(keys)).toBe(true);
    }
  });
});

describe('the latch', () => {
  const pushed = { x: 0, y: 1 };

  test('is shut until everything was at rest once', () => {
    const latch = new Latch();
    expect(latch.pass([pushed])).toEqual(NOTHING);
    expect(latch.pass([NOTHING])).toEqual(NOTHING);
    expect(latch.pass([pushed])).toEqual(pushed);
  });

  test('does not take two that cancel each other for rest', () => {
    const latch = new Latch();
    latch.pass([pushed, { x: 0, y: -1 }]);
    expect(latch.why).not.toBeNull();
  });

  test.each(SEEDS)('lets nothing through between a stop and the next rest (%i)', (seed) => {
    const chance = new Chance(seed);
    const latch = new Latch();
    let rested = false;
    for (let round = 0; round < 200; round++) {
      if (chance.next() < 0.2) {
        latch.shut('a stop');
        rested = false;
      }
      const wishes = [chance.wish(), chance.wish()].map(({ x, y }) => ({
        x: within(x),
        y: within(y),
      }));
      rested ||= wishes.every(isNothing);
      expect(latch.pass(wishes)).toEqual(rested ? merge(wishes) : NOTHING);
    }
  });
});

describe('the keyboard', () => {
  test('a key grows while it is held and is gone when it is let go', () => {
    const keys = new HeldKeys();
    keys.press('KeyW', false, 0);
    expect(keys.wish(0).y).toBeCloseTo(0.08 / 0.75);
    expect(keys.wish(1000).y).toBe(1);
    keys.release('KeyW');
    expect(keys.wish(1001)).toEqual(NOTHING);
  });

  test('arrows and letters are the same four', () => {
    const keys = new HeldKeys();
    keys.press('ArrowLeft', false, 0);
    keys.press('KeyD', false, 0);
    expect(keys.wish(1000)).toEqual({ x: 0, y: 0 });
    expect(keys.holds('left')).toBe(true);
  });

  test('after it was forgotten, a key that is still held says nothing until it is pressed anew', () => {
    const keys = new HeldKeys();
    keys.press('KeyW', false, 0);
    keys.forget();
    keys.press('KeyW', true, 30);
    expect(keys.wish(1000)).toEqual(NOTHING);
    keys.release('KeyW');
    keys.press('KeyW', false, 1000);
    expect(keys.wish(1000).y).toBeGreaterThan(0);
  });

  test('other keys mean nothing', () => {
    const keys = new HeldKeys();
    keys.press('KeyQ', false, 0);
    expect(keys.any).toBe(false);
  });
});

describe('the stick on the pad', () => {
  const ring = { left: 100, top: 50, width: 200, height: 200 };

  test.each([
    ['middle', { x: 200, y: 150 }, { x: 0, y: 0 }],
    ['forward', { x: 200, y: 50 }, { x: 0, y: 1 }],
    ['half to the right', { x: 250, y: 150 }, { x: 0.5, y: 0 }],
    ['far outside', { x: 200, y: 5000 }, { x: 0, y: -1 }],
  ])('%s', (_, pointer, wish) => {
    const at = wishAt(pointer, ring);
    expect(at.x).toBeCloseTo(wish.x);
    expect(at.y).toBeCloseTo(wish.y);
  });

  test('without a size nothing is wished', () => {
    expect(wishAt({ x: 1, y: 1 }, { left: 0, top: 0, width: 0, height: 0 })).toEqual(NOTHING);
  });
});
