/** A kind is a folder and a line: the kite of tests/toy is all over the page by these alone. */
import { act, cleanup, render, screen } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { grantChoices, grantText } from '../src/accounts/wording';
import type { SightlineMap } from '../src/map/types';
import type { Thing } from '../src/net/protocol';
import { Drawer } from '../src/pages/drawer';
import { EntryMarks } from '../src/pages/map/entrymarks';
import { Roster } from '../src/pages/roster/roster';
import { createApp } from '../src/wiring/app';
import type { App } from '../src/wiring/app';
import { AppProvider } from '../src/wiring/provider';
import { kite } from './toy';

vi.mock(import('../src/things'), async (original) => {
  const things = await original();
  const { groupsOf, registry } = await import('../src/things/kind');
  const { kite: toy } = await import('./toy');
  const KINDS = registry(...things.KINDS.values(), toy); // the line
  return { KINDS, GROUPS: groupsOf(KINDS), kindOf: (key) => KINDS.get(key.split('/')[0] ?? '') };
});

/** What the server says is put into the hands of the one who opened the connection. */
class Line {
  static last: Line;
  onmessage: ((message: { data: string }) => void) | null = null;
  constructor() {
    Line.last = this;
  }
  send(): void {
    // Nobody listens.
  }
  close(): void {
    // Nobody listens.
  }
}

const RED: Omit<Thing, 's'> = {
  k: 'kite',
  id: 'red',
  name: 'Red kite',
  line: 40,
  lat: 52,
  lon: 5,
  presence: 'live',
};

let app: App;

function says(frame: Record<string, unknown>): void {
  act(() => {
    Line.last.onmessage?.({ data: JSON.stringify(frame) });
    vi.advanceTimersByTime(1000);
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', Line);
  location.hash = '';
  app = createApp('ws://test/ws');
  app.start();
  render(
    <AppProvider app={app}>
      <Roster />
      <Drawer />
    </AppProvider>,
  );
  says({ t: 'hello', epoch: 'e', server: '0', now: Date.now(), beat: 60_000 });
  says({ t: 'news', seq: 1, whole: true, things: [{ ...RED, s: 1 }] });
});

afterEach(() => {
  cleanup();
  app.end();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a kind of one folder and one line', () => {
  test('is read', () => {
    expect(kite.read({ ...RED, s: 1 } as Thing)).toEqual({ name: 'Red kite', line: 40 });
  });

  test('is listed in its group, and summarised', () => {
    expect(screen.getByRole('heading', { name: /^Kites/ }).textContent).toBe('Kites1');
    const row = document.querySelector('[data-thing="kite/red"]');
    expect(row?.textContent).toContain('Red kite');
    expect(row?.textContent).toContain('40 m of line');
  });

  test('has a filter of its own', () => {
    act(() => {
      screen.getByRole('button', { name: /^Kites/ }).click();
    });
    expect(app.roster.filter.value).toBe('kites');
    expect(app.roster.arrangement.value.rows).toBe(1);
    act(() => {
      screen.getByRole('button', { name: /^Friends/ }).click();
    });
    expect(app.roster.arrangement.value.rows).toBe(0);
  });

  test('is shown in details', () => {
    act(() => {
      app.selection.select('kite/red');
    });
    const details = screen.getByRole('complementary', { name: 'Red kite' });
    expect(details.textContent).toContain('flies');
    expect(details.textContent).toContain('Line: 40 m');
  });

  test('has a mark on the map', () => {
    const marks: unknown[] = [];
    const map = { setMarks: (all: readonly unknown[]) => marks.push(...all) };
    const { live, time, roster } = app;
    new EntryMarks(map as unknown as SightlineMap, {
      world: live.world,
      clock: time.clock,
      roster,
    }).putAll();
    expect(marks).toMatchObject([{ id: 'kite/red', lat: 52, lng: 5, label: 'Red kite' }]);
  });

  test('can be granted, whole and one by one', () => {
    expect(grantChoices('see', ['kite/red'])).toContain('kite');
    expect(grantChoices('see', ['kite/red'])).toContain('kite/red');
    expect(grantChoices('drive', ['kite/red'])).not.toContain('kite');
    expect(grantText('kite')).toBe('All kites');
  });
});
