/** A driver with a server that says yes, and a clock that stands until it is told to go on. */
import { expect } from 'vitest';
import { Driver } from '../../src/things/probots/drive/driver';
import type { Wish } from '../../src/things/probots/drive/intent';
import type { Lease } from '../../src/things/probots/drive/read';
import type { Refused } from '../../src/net/requests';
import { askOf } from '../fakes';

export const FORWARD: Wish = { x: 0, y: 1 };

export interface SentRequest {
  readonly request: string;
  readonly id: number;
  readonly fields: Record<string, unknown>;
}

/** A server that says yes, and a clock that stands until it is told to go on. */
export class Scene {
  readonly sent: SentRequest[] = [];
  now = 1000;
  visible = true;
  connected = true;
  fence = 7;
  refuses: Refused | null = null;
  #timers = new Set<{ every: number; due: number; call: () => void }>();
  #id = 0;
  readonly driver = new Driver({
    ask: askOf((request, fields) => {
      this.sent.push({ request, id: ++this.#id, fields });
      return this.refuses ? Promise.reject(this.refuses) : Promise.resolve(termsWith(this.fence));
    }),
    tell: (request, fields) => {
      if (!this.connected) return null;
      this.sent.push({ request, id: ++this.#id, fields: { ...fields } });
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
    return this.sent.filter(({ request }) => request === 'drive').map(({ fields }) => fields);
  }

  get last(): SentRequest | undefined {
    return this.sent.at(-1);
  }

  /** What was said since this was last asked. */
  take(): SentRequest[] {
    return this.sent.splice(0);
  }

  answer(state: string, more: Record<string, unknown> = {}): void {
    const frame = this.sent.findLast(({ request }) => request === 'drive');
    const told = { n: 1, state, sent: '0 0 0 0', ...more };
    this.driver.heard({ t: 'answer', id: frame?.id ?? 0, ok: true, ...told });
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

/** Whether a frame moves the robot. */
export function moving(frame: Record<string, unknown> | undefined): boolean {
  return ['up', 'down', 'left', 'right'].some((key) => frame?.[key] !== 0);
}

export const lease = (part: Partial<Lease> = {}): Lease => ({
  robot: 'ProBot1',
  holder: 'amy',
  fence: 7,
  since: 1,
  state: 'still',
  asks: [],
  loose: false,
  ...part,
});

/** What a lease is given with. */
export function termsWith(fence: number) {
  return { lease: fence, silence: 400, keep: 3000, most: 0.75, rate: 20, stops_within: 0.6 };
}
