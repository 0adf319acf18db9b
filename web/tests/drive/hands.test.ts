import { describe, expect, test } from 'vitest';
import { watchHands } from '../../src/things/probots/drive/deadman';
import { axis, DEAD_ZONE, followGamepad, wishOf } from '../../src/things/probots/drive/gamepad';
import type { Stick } from '../../src/things/probots/drive/gamepad';

const stick = (x: number, y: number, pressed: number[] = [], index = 0): Stick => ({
  id: 'Pad',
  index,
  connected: true,
  axes: [x, y],
  buttons: Array.from({ length: 17 }, (_, button) => ({ pressed: pressed.includes(button) })),
});

describe('a gamepad', () => {
  test.each([0, 0.05, DEAD_ZONE, -DEAD_ZONE, NaN])('at %f is at rest', (raw) => {
    expect(axis(raw)).toBe(0);
  });

  test('reaches all the way beyond its dead zone', () => {
    expect(axis(1)).toBe(1);
    expect(axis(-1)).toBe(-1);
    expect(axis(DEAD_ZONE + 0.01)).toBeGreaterThan(0);
    expect(axis(DEAD_ZONE + 0.01)).toBeLessThan(0.02);
  });

  test('pushed away is forward, and the cross does the same', () => {
    expect(wishOf(stick(0, -1))).toEqual({ x: 0, y: 1 });
    expect(wishOf(stick(0, 0, [12, 15]))).toEqual({ x: 1, y: 1 });
  });

  function play() {
    let sticks: (Stick | null)[] = [];
    let ask: (() => void) | undefined;
    const told: unknown[] = [];
    const stop = followGamepad(
      {
        wish: (wish) => told.push(wish),
        lost: () => told.push('lost'),
        ready: (name) => told.push(name),
      },
      {
        sticks: () => sticks,
        nextFrame: (next) => {
          ask = next;
        },
      },
    );
    return {
      told,
      stop,
      frame(...now: (Stick | null)[]) {
        sticks = now;
        told.length = 0;
        ask?.();
        return [...told];
      },
    };
  }

  test('says nothing before it is touched', () => {
    const { frame } = play();
    expect(frame(null)).toEqual([]);
    expect(frame(stick(0, 0))).toEqual(['Pad']);
    expect(frame(stick(0, -1))).toEqual([{ x: 0, y: 1 }]);
  });

  test('that is lost while it is pushed is let go', () => {
    const { frame } = play();
    frame(stick(0, -1));
    expect(frame(null)).toEqual([{ x: 0, y: 0 }, 'lost', null]);
    expect(frame(null)).toEqual([]);
  });

  test('that is replaced by another in the same frame is let go first', () => {
    const { frame } = play();
    frame(stick(0, -1));
    expect(frame(stick(1, 0, [], 3))[0]).toEqual({ x: 0, y: 0 });
  });

  test('is let go when nobody looks any more, and not asked again', () => {
    const { frame, stop, told } = play();
    frame(stick(0, -1));
    told.length = 0;
    stop();
    expect(told).toEqual([{ x: 0, y: 0 }]);
    expect(frame(stick(0, -1))).toEqual([]);
  });
});

describe('the page’s own dead-man', () => {
  test('hears of everything after which no hand may be there', () => {
    const window = new EventTarget();
    const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    const told: string[] = [];
    const stop = watchHands((why) => told.push(why), { window, document } as never);
    window.dispatchEvent(new Event('blur'));
    document.dispatchEvent(new Event('visibilitychange'));
    expect(told).toEqual(['blur']);
    document.visibilityState = 'hidden';
    document.dispatchEvent(new Event('visibilitychange'));
    window.dispatchEvent(new Event('pagehide'));
    document.dispatchEvent(new Event('freeze'));
    expect(told).toEqual(['blur', 'hidden', 'hidden', 'hidden']);
    stop();
    window.dispatchEvent(new Event('blur'));
    expect(told).toHaveLength(4);
  });
});
