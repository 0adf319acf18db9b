import { signal } from '@preact/signals';
import { describe, expect, test } from 'vitest';
import { keepAwake } from '../../src/things/probots/drive/awake';
import type { WakeLock } from '../../src/things/probots/drive/awake';
import type { Control } from '../../src/things/probots/drive/driver';
import { Scene } from './scene';

/** A browser that gives locks when it is told to, and counts those that hold. */
class FakeScreen {
  held = 0;
  asked = 0;
  waiting: (() => void)[] = [];
  refuses = false;
  seen: () => void = () => undefined;
  readonly ask = (): Promise<WakeLock> => {
    this.asked += 1;
    if (this.refuses) return Promise.reject(new Error('battery is low'));
    return new Promise((give) => {
      this.waiting.push(() => {
        this.held += 1;
        give({
          release: () => {
            this.held -= 1;
            return Promise.resolve();
          },
        });
      });
    });
  };
  readonly onSeen = (again: () => void) => {
    this.seen = again;
    return () => {
      this.seen = () => undefined;
    };
  };

  async give(): Promise<void> {
    for (const each of this.waiting.splice(0)) each();
    await Promise.resolve();
    await Promise.resolve();
  }
}

describe('the screen', () => {
  test('stays on from the moment a robot is ours until it is let go', async () => {
    const screen = new FakeScreen();
    const scene = new Scene();
    keepAwake(scene.driver.control, screen);
    expect(screen.asked).toBe(0);
    const driver = await scene.holds();
    await screen.give();
    expect(screen.held).toBe(1);
    driver.release();
    expect(screen.held).toBe(0);
  });

  test('goes dark as usual when the robot is lost', async () => {
    const screen = new FakeScreen();
    const scene = new Scene();
    keepAwake(scene.driver.control, screen);
    const driver = await scene.holds();
    await screen.give();
    driver.disconnected();
    expect(screen.held).toBe(0);
  });

  test('a lock that comes too late is given back', async () => {
    const screen = new FakeScreen();
    const scene = new Scene();
    keepAwake(scene.driver.control, screen);
    const driver = await scene.holds();
    driver.release();
    await screen.give();
    expect([screen.asked, screen.held]).toEqual([1, 0]);
  });

  test('is asked for again when the page comes back, and not when nothing is driven', async () => {
    const screen = new FakeScreen();
    const scene = new Scene();
    keepAwake(scene.driver.control, screen);
    screen.seen();
    expect(screen.asked).toBe(0);
    await scene.holds();
    await screen.give();
    screen.seen();
    await screen.give();
    expect([screen.asked, screen.held]).toEqual([2, 1]);
  });

  test('a browser that refuses, or cannot, does not get in the way of driving', async () => {
    const screen = new FakeScreen();
    screen.refuses = true;
    const scene = new Scene();
    keepAwake(scene.driver.control, screen);
    keepAwake(scene.driver.control, { ask: null, onSeen: screen.onSeen });
    const driver = await scene.holds();
    expect(screen.asked).toBe(1);
    expect(driver.control.value.state).toBe('mine');
  });

  test('is let go when the page ends', async () => {
    const screen = new FakeScreen();
    const control = signal<Control>({ state: 'free' });
    const end = keepAwake(control, screen);
    control.value = { state: 'mine', robot: 'ProBot1' } as Control;
    await screen.give();
    end();
    expect(screen.held).toBe(0);
  });
});
