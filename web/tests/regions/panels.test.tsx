import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApp } from '../../src/wiring/app';
import type { App, Host } from '../../src/wiring/app';
import { bindKeys } from '../../src/pages/keyboard';
import { AppProvider } from '../../src/wiring/provider';
import { Drawer } from '../../src/pages/drawer';
import { Roster } from '../../src/pages/roster/roster';
import { Toasts } from '../../src/things/regions/toasts';
import { WebhooksCard } from '../../src/things/webhooks/card';
import { EVERYBODY } from '../../src/app/visitor';
import type { Visitor } from '../../src/app/visitor';
import type { Thing } from '../../src/net/protocol';
import { APPS } from '../../src/things/friends/apps';
import type { AppName } from '../../src/things/friends/apps';
import { frame } from './golden';

/** What the server says is put into the hands of whoever opened the connection. */
class Line {
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

let app: App;
let unbind: () => void;
let seq = 0;

async function says(said: Record<string, unknown>): Promise<void> {
  await act(async () => {
    Line.last.onmessage?.({ data: JSON.stringify(said) });
    await vi.advanceTimersByTimeAsync(600);
  });
}

async function news(...things: Omit<Thing, 's'>[]): Promise<void> {
  const whole = seq === 0;
  seq += 1;
  const changed = things.map((thing) => ({ ...thing, s: seq }));
  await says({ t: 'news', seq, whole, things: changed });
}

/** Answer the request that was sent last. */
async function answers(more: Record<string, unknown>): Promise<void> {
  const last = Line.last.sent.at(-1);
  await says({ ...more, t: 'answer', id: last?.['id'] });
}

const golden = (): Omit<Thing, 's'>[] => frame('region-news')['things'] as Thing[];
const jane = { k: 'friend', id: 'jane/phone', name: 'Jane Doe', lat: 52, lon: 5, presence: 'live' };

async function open(visitor: Visitor = EVERYBODY): Promise<void> {
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

beforeEach(() => {
  vi.useFakeTimers({
    toFake: [
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'Date',
      'requestAnimationFrame',
      'performance',
    ],
  });
  vi.setSystemTime(1_795_234_500_000);
  vi.stubGlobal('WebSocket', Line);
  location.hash = '';
  seq = 0;
});

afterEach(() => {
  unbind();
  app.end();
  cleanup();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const press = (name: string | RegExp) => {
  fireEvent.click(screen.getByRole('button', { name }));
};
const type = (label: string, text: string) => {
  const field = screen.getByLabelText<HTMLInputElement>(label);
  fireEvent.input(field, { target: { value: text } });
  change(field);
};
/** By either name: this document has no `onchange`, which Preact looks for. */
const change = (field: HTMLElement) => {
  act(() => {
    for (const name of ['change', 'Change']) field.dispatchEvent(new Event(name));
  });
};

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

describe('crossings', () => {
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

describe('a friend’s details', () => {
  test('name the region, today’s crossings, and the phone with what it was asked', async () => {
    await open();
    act(() => {
      app.selection.select('friend/jane/phone');
    });
    const drawer = screen.getByRole('complementary', { name: 'Jane Doe' });
    expect(drawer.querySelector('[data-place="region/ab12cd34"]')?.textContent).toContain('Home');
    expect(drawer.querySelector('[data-phone]')?.textContent).toContain('The phone has version 7');
    press('Locate now');
    expect(Line.last.sent.at(-1)).toMatchObject({ do: 'locate', thing: 'friend/jane/phone' });
    await answers({ ok: false, code: 'refused', why: 'the phone is not connected' });
    expect(drawer.querySelector('.phone [role=alert]')?.textContent).toBe(
      'the phone is not connected',
    );
  });

  test('set the phone up only when that is asked for, and with the app’s own link alone', async () => {
    await open();
    act(() => {
      app.selection.select('friend/jane/phone');
    });
    const before = Line.last.sent.length;
    press('Set up');
    expect(Line.last.sent).toHaveLength(before);
    press('Make the link');
    expect(Line.last.sent.at(-1)).toMatchObject({
      ...frame('region-request-setup'),
      base: new URL('.', document.baseURI).href,
      id: expect.any(Number) as number,
    });
    await answers({ ok: true, link: 'javascript:alert(1)' });
    expect(document.querySelector('[data-once]')).toBeNull();
    press('Make the link');
    await answers({ ...frame('region-answer-setup') });
    expect(document.querySelector('[data-once]')?.textContent).toMatch(/^owntracks:/);
    expect(document.querySelector('.setup .notice')?.textContent).toContain('without encryption');
    expect(document.querySelector('.qr')).not.toBeNull();
  });

  test('set up another app than OwnTracks with what that app takes, and with nothing else', async () => {
    await open();
    act(() => {
      app.selection.select('friend/jane/phone');
    });
    const chosen = async (name: AppName, answer: object): Promise<unknown> => {
      press('Set up');
      fireEvent.click(screen.getByRole('radio', { name: new RegExp(APPS[name].title) }));
      press('Make the link');
      expect(Line.last.sent.at(-1)).toMatchObject({ do: 'setup', mode: 'http', app: name });
      await answers({ ok: true, plain: false, reach: 'anywhere', ...answer });
      const shown = document.querySelector(`.setup[data-app=${name}]`);
      const found = {
        link: shown?.querySelector('[data-once]')?.textContent,
        pasted: [...(shown?.querySelectorAll('[data-paste]') ?? [])].map(
          (each) => each.textContent,
        ),
        code: shown?.querySelector('.qr') !== null,
        opens: shown?.querySelector('a.button') !== null,
      };
      fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Close' }));
      return shown && found;
    };
    const overland = { link: 'overland://setup?url=x', address: 'https://x/in/overland', text: '' };
    expect(await chosen('overland', overland)).toEqual({
      link: 'overland://setup?url=x',
      pasted: ['https://x/in/overland'],
      code: true,
      opens: true,
    });
    const traccar = { link: 'https://x/in/traccar/T?id=7', address: 'https://x/in/traccar/T' };
    expect(await chosen('traccar', traccar)).toMatchObject({ code: true, opens: false });
    const home = { link: '', address: 'https://x/in/homeassistant/T', text: 'rest_command:' };
    expect(await chosen('homeassistant', home)).toMatchObject({
      pasted: ['https://x/in/homeassistant/T', 'rest_command:'],
      code: false,
    });
    for (const link of ['javascript:alert(1)', 'owntracks:///config?inline=x', 7]) {
      expect(await chosen('gpslogger', { link })).toBeNull();
    }
    expect(await chosen('phonetrack', { link: 'https://elsewhere' })).toBeNull();
  });

  test('ask nothing of a phone whose app takes no commands', async () => {
    await open();
    await news({
      k: 'phone',
      id: 'jane/phone',
      transport: 'http',
      app: 'Traccar Client',
      commands: [],
    });
    act(() => {
      app.selection.select('friend/jane/phone');
    });
    const drawer = screen.getByRole('complementary', { name: 'Jane Doe' });
    expect(drawer.querySelector('.phone h3')?.textContent).toContain('Traccar Client');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Locate now' }).disabled).toBe(
      true,
    );
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Set up' }).disabled).toBe(false);
  });

  test('say honestly that a fix waited on the phone', async () => {
    await open();
    const now = Date.now() / 1000;
    await news({ ...jane, tst: now - 900, at: now - 60 });
    act(() => {
      app.selection.select('friend/jane/phone');
    });
    expect(screen.getByText(/kept this fix for 14 min/)).toBeTruthy();
  });

  test('say why a newer position is not believed', async () => {
    await open();
    const why = 'at 0, 0: a receiver without a fix';
    await news({ ...jane, doubt: { lat: 0, lon: 0, tst: 1, at: 1, why } });
    act(() => {
      app.selection.select('friend/jane/phone');
    });
    expect(screen.getByText(/not believed: at 0, 0/)).toBeTruthy();
  });
});
