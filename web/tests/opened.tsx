/** Roster and details of an opened page, whose connection is in the hands of the test. */
import { act, cleanup, fireEvent, render, screen } from '@testing-library/preact';
import { vi } from 'vitest';
import { createApp } from '../src/wiring/app';
import type { App, Host } from '../src/wiring/app';
import { bindKeys } from '../src/pages/keyboard';
import { AppProvider } from '../src/wiring/provider';
import { Drawer } from '../src/pages/drawer';
import { Roster } from '../src/pages/roster/roster';
import { Toasts } from '../src/things/regions/toasts';
import { EVERYBODY } from '../src/app/visitor';
import type { Visitor } from '../src/app/visitor';
import type { Thing } from '../src/net/protocol';
import { stopClocks } from './clocks';
import { frame } from './regions/golden';

/** What the server says is put into the hands of whoever opened the connection. */
export class Line {
  static last: Line;
  readonly sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((closed: { code: number; reason: string }) => void) | null = null;
  constructor() {
    Line.last = this;
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    // Nobody listens.
  }
}

export let app: App;
let unbind: () => void;
let seq = 0;

export async function says(said: Record<string, unknown>): Promise<void> {
  await act(async () => {
    Line.last.onmessage?.({ data: JSON.stringify(said) });
    await vi.advanceTimersByTimeAsync(600);
  });
}

export async function news(...things: Omit<Thing, 's'>[]): Promise<void> {
  const whole = seq === 0;
  seq += 1;
  const changed = things.map((thing) => ({ ...thing, s: seq }));
  await says({ t: 'news', seq, whole, things: changed });
}

/** Answer the request that was sent last. */
export async function answers(more: Record<string, unknown>): Promise<void> {
  const last = Line.last.sent.at(-1);
  await says({ ...more, t: 'answer', id: last?.['id'] });
}

export const golden = (): Omit<Thing, 's'>[] => frame('region-news')['things'] as Thing[];
export const jane = {
  k: 'friend',
  id: 'jane/phone',
  name: 'Jane Doe',
  lat: 52,
  lon: 5,
  presence: 'live',
};

export async function open(visitor: Visitor = EVERYBODY): Promise<void> {
  const host: Partial<Host> = { visitor };
  app = createApp('ws://test/ws', host);
  app.start();
  unbind = bindKeys(app);
  act(() => {
    Line.last.onopen?.();
  });
  await says({ t: 'hello', epoch: 'e', server: '0', now: Date.now(), beat: 60_000 });
  render(
    <AppProvider app={app}>
      <Roster />
      <Drawer />
      <Toasts />
    </AppProvider>,
  );
  await news(jane, ...golden());
}

/** Before each test: clocks that stand, and no connection yet. */
export function begin(): void {
  stopClocks(1_795_234_500_000);
  vi.stubGlobal('WebSocket', Line);
  location.hash = '';
  seq = 0;
}

/** After each test. */
export function end(): void {
  unbind();
  app.end();
  cleanup();
  vi.unstubAllGlobals();
  vi.useRealTimers();
}

export const press = (name: string | RegExp) => {
  fireEvent.click(screen.getByRole('button', { name }));
};
export const type = (label: string, text: string) => {
  const field = screen.getByLabelText<HTMLInputElement>(label);
  fireEvent.input(field, { target: { value: text } });
  change(field);
};
/** By either name: this document has no `onchange`, which Preact looks for. */
export const change = (field: HTMLElement) => {
  act(() => {
    for (const name of ['change', 'Change']) field.dispatchEvent(new Event(name));
  });
};
