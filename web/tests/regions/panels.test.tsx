import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppProvider } from '../../src/wiring/provider';
import { WebhooksCard } from '../../src/things/webhooks/card';
import { EVERYBODY } from '../../src/app/visitor';
import type { Thing } from '../../src/net/protocol';
import { answers, app, begin, change, end, golden, Line, news, open, press, type } from '../opened';
import { frame } from './golden';

beforeEach(begin);
afterEach(end);

describe('the board', () => {
  test('tells who is in which region, and folds the empty ones away', async () => {
    await open();
    press(/^Regions/);
    const inside = screen.getByRole('list', { name: 'In Home' });
    expect(inside.textContent).toContain('Jane Doe');
    expect(inside.textContent).toContain('server only');
    expect(screen.queryByText('Harbour')).toBeNull();
    press(/Nobody inside/);
    expect(screen.getByText('Harbour')).toBeTruthy();
    await news({ k: 'stay', id: 'friend/jane/phone/ab12cd34', gone: true });
    expect(screen.queryByRole('list', { name: 'In Home' })).toBeNull();
  });

  test('offers no drawing to who may not', async () => {
    const rights = { see: ['*'], drive: [], own: [], admin: false, looks_only: false };
    await open({ ...EVERYBODY, role: 'viewer', rights });
    press(/^Regions/);
    expect(screen.queryByRole('button', { name: 'New region' })).toBeNull();
    act(() => {
      app.selection.select('region/ab12cd34');
    });
    expect(screen.getByRole('complementary', { name: 'Home' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Edit' })).toBeNull();
    expect(screen.queryByRole('button', { name: /Delete/ })).toBeNull();
  });
});

describe('the editor', () => {
  test('makes a region by numbers alone', async () => {
    await open();
    press(/^Regions/);
    press('New region');
    type('Name', 'Park');
    type('Latitude °', '52,5');
    type('Longitude °', '4.9');
    type('Radius m', '250');
    press('Save');
    expect(Line.last.sent.at(-1)).toMatchObject({
      do: 'region',
      name: 'Park',
      shape: 'circle',
      lat: 52.5,
      lon: 4.9,
      rad: 250,
      shared: true,
    });
    await answers({ ok: true, thing: 'region/park0001', version: 1 });
    await news({ k: 'region', id: 'park0001', name: 'Park', shape: 'circle', lat: 52.5, lon: 4.9 });
    expect(app.selection.selected.value).toBe('region/park0001');
    expect(screen.getByRole('complementary', { name: 'Park' })).toBeTruthy();
  });

  test('asks before it throws changes away', async () => {
    await open();
    app.selection.select('region/ab12cd34');
    await news();
    press('Edit');
    type('Name', 'Nest');
    fireEvent.keyDown(document.body, { key: 'Escape' });
    expect(screen.getByText('Throw the changes away?')).toBeTruthy();
    press('Keep editing');
    press('Cancel');
    press('Throw away');
    expect(screen.getByRole('complementary', { name: 'Home' })).toBeTruthy();
  });

  test('says in the server’s words that somebody was faster, and can go on from there', async () => {
    await open();
    app.selection.select('region/ab12cd34');
    await news();
    press('Edit');
    type('Name', 'Nest');
    press('Save');
    expect(Line.last.sent.at(-1)).toMatchObject({ thing: 'region/ab12cd34', version: 3 });
    await answers({ ...frame('region-answer-stale') });
    expect(screen.getByRole('alert').textContent).toContain('bob changed this region at 14:32');
    const [home] = golden();
    await news({ ...home, version: 4, name: 'House', by: 'bob' } as Omit<Thing, 's'>);
    press('Save mine over it');
    expect(Line.last.sent.at(-1)).toMatchObject({ version: 4, name: 'Nest' });
    await answers({ ok: true, thing: 'region/ab12cd34', version: 5 });
    expect(app.regions.regions.editing.value).toBeNull();
  });

  test('tells when somebody else saves meanwhile, and can take theirs', async () => {
    await open();
    app.selection.select('region/ab12cd34');
    await news();
    press('Edit');
    const [home] = golden();
    await news({ ...home, version: 4, name: 'House', by: 'bob' } as Omit<Thing, 's'>);
    expect(screen.getByRole('alert').textContent).toContain('bob saved version 4');
    press('Take theirs');
    expect(screen.getByLabelText<HTMLInputElement>('Name').value).toBe('House');
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe('transitions', () => {
  test('are listed, and one friend’s alone when that is wished', async () => {
    await open();
    press(/^Crossings/);
    const list = screen.getByRole('list', { name: /newest first/ });
    expect(
      within(list)
        .getAllByRole('listitem')
        .map((item) => item.textContent),
    ).toEqual([
      expect.stringMatching(/Jane Doe entered Homeby the server, the phone says otherwise/),
      expect.stringMatching(/Jane Doe left Gymby the phone, told 15 min later/),
    ]);
    const region = screen.getByLabelText<HTMLSelectElement>('Region');
    region.value = 'region/ab12cd34';
    change(region);
    expect(within(list).getAllByRole('listitem')).toHaveLength(1);
  });

  test('are told quietly as they happen, unless they are muted', async () => {
    await open();
    const more = { ...golden().find(({ k }) => k === 'crossing'), at: Date.now() / 1000 };
    await news({
      ...more,
      id: '43/friend/jane/phone/ab12cd34',
      n: 43,
      event: 'leave',
    } as unknown as Thing);
    const notices = screen.getByRole('region', { name: 'Crossings just now' });
    expect(notices.textContent).toContain('Jane Doe left Home');
    expect(screen.getAllByRole('status').map((each) => each.textContent)).toContain(
      'Jane Doe left Home',
    );
    press('Mute');
    expect(screen.queryByRole('region', { name: 'Crossings just now' })).toBeNull();
    await news({
      ...more,
      id: '44/friend/jane/phone/ab12cd34',
      n: 44,
      event: 'enter',
    } as unknown as Thing);
    expect(screen.queryByRole('region', { name: 'Crossings just now' })).toBeNull();
    app.preferences.change({ crossings: true });
  });

  test('go by themselves', async () => {
    await open();
    const more = { ...golden().find(({ k }) => k === 'crossing'), at: Date.now() / 1000 };
    await news({
      ...more,
      id: '43/friend/jane/phone/ab12cd34',
      n: 43,
      event: 'leave',
    } as unknown as Thing);
    await act(async () => {
      await vi.advanceTimersByTimeAsync(10_000);
    });
    expect(screen.queryByRole('region', { name: 'Crossings just now' })).toBeNull();
  });
});

test('webhooks tell how they stand', async () => {
  await open();
  cleanup();
  render(
    <AppProvider app={app}>
      <WebhooksCard />
    </AppProvider>,
  );
  const hook = document.querySelector('[data-webhook=house]');
  for (const words of ['hooks.example.org', 'Some given up', '118', 'answered 503']) {
    expect(hook?.textContent).toContain(words);
  }
});
