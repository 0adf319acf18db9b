import { signal } from '@preact/signals';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/preact';
import type { ComponentChildren } from 'preact';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApp } from '../src/wiring/app';
import type { App } from '../src/wiring/app';
import { AppProvider } from '../src/wiring/provider';
import { DegradedBanner } from '../src/pages/degradation';
import { Drawer } from '../src/pages/drawer';
import { Roster } from '../src/pages/roster/roster';
import { LinkAnnouncer } from '../src/things/server/linkannouncer';
import { BANNER_AFTER, Banner } from '../src/things/server/status';
import type { Thing } from '../src/net/protocol';
import { Avatar } from '../src/ui/avatar';
import { stopClocks } from './clocks';

/** What the server says is put into the hands of whoever opened the connection. */
class Line {
  static last: Line;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((closed: { code: number; reason: string }) => void) | null = null;
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

let app: App;
let seq = 0;

function says(frame: Record<string, unknown>): void {
  act(() => {
    Line.last.onmessage?.({ data: JSON.stringify(frame) });
    vi.advanceTimersByTime(1000);
  });
}

function hello(): void {
  says({ t: 'hello', epoch: 'e', server: '0', now: Date.now(), beat: 60_000 });
}

function news(...things: Omit<Thing, 's'>[]): void {
  const whole = seq === 0;
  says({ t: 'news', seq: ++seq, whole, things: things.map((thing) => ({ ...thing, s: seq })) });
}

function show(children: ComponentChildren): void {
  render(<AppProvider app={app}>{children}</AppProvider>);
}

const now = () => Date.now() / 1000;
const jane = (state: Record<string, unknown> = {}) => ({
  k: 'friend',
  id: 'jane/phone',
  name: 'Jane Doe',
  lat: 52.37,
  lon: 4.9,
  presence: 'live',
  tst: now(),
  at: now(),
  ...state,
});

beforeEach(() => {
  stopClocks(1_795_235_000_500);
  vi.stubGlobal('WebSocket', Line);
  location.hash = '';
  seq = 0;
  app = createApp('ws://test/ws');
  app.start();
});

afterEach(() => {
  cleanup();
  app.server.socket.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function row(key: string): HTMLElement | null {
  return document.querySelector(`[data-thing="${key}"]`);
}

describe('an avatar', () => {
  test('has initials while its picture cannot be had, and asks again', () => {
    const props = { colour: 'c1', initials: 'JD', presence: 'live', robot: false } as const;
    show(<Avatar {...props} face="faces/jane" />);
    fireEvent.error(document.querySelector('img') as HTMLElement);
    expect(document.querySelector('img')).toBeNull();
    expect(document.querySelector('.avatar')?.textContent).toBe('JD');
    act(() => {
      vi.advanceTimersByTime(30_000);
    });
    expect(document.querySelector('img')?.getAttribute('src')).toBe('faces/jane');
  });
});

describe('the banner of polling', () => {
  test('can be closed: it may last for as long as they are behind that proxy', () => {
    const connection = signal({ state: 'live', since: Date.now(), polling: true } as const);
    app = { ...app, server: { ...app.server, connection } };
    show(<Banner />);
    expect(document.querySelector('[data-banner]')).toBeNull(); // not at once
    act(() => {
      vi.advanceTimersByTime(BANNER_AFTER + 2000);
    });
    expect(document.querySelector('[data-banner="polling"]')?.textContent).toContain('blocked');
    fireEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(document.querySelector('[data-banner]')).toBeNull();
  });
});

describe('the roster', () => {
  test('shows rows to come while the first picture is on its way', () => {
    show(<Roster />);
    expect(document.querySelectorAll('.skeleton')).toHaveLength(6);
  });

  test('tells what it listens to and how to make it speak while nobody did', () => {
    show(<Roster />);
    hello();
    news({ k: 'broker', id: 'main', link: { state: 'connected', address: '10.0.0.7:2883' } });
    expect(document.body.textContent).toContain('owntracks/+/+');
    expect(document.querySelector('pre')?.textContent).toContain('-h 10.0.0.7 -p 2883');
  });

  test('shows a friend with name, place, speed, age and battery', () => {
    show(<Roster />);
    hello();
    news(jane({ inregions: ['Work'], vel: 54, batt: 64, tst: now() - 30 }));
    const text = row('friend/jane/phone')?.textContent ?? '';
    for (const part of ['Jane Doe', 'Work', '54 km/h', '30 s', '64']) expect(text).toContain(part);
  });

  test('lets ages tick', () => {
    show(<Roster />);
    hello();
    news(jane());
    act(() => {
      vi.advanceTimersByTime(7600);
    });
    expect(row('friend/jane/phone')?.querySelector('.age')?.textContent).toMatch(/8 s$/);
  });

  test('shows names as text, whatever is in them', () => {
    show(<Roster />);
    hello();
    news(jane({ name: '<img src=x onerror=alert(1)>' }));
    expect(document.querySelector('.rows img')).toBeNull();
    expect(row('friend/jane/phone')?.textContent).toContain('<img src=x');
  });

  test('of a robot that is not heard says that, and promises no latency', () => {
    show(<Roster />);
    hello();
    const robot = { k: 'probot', id: 'ProBot1', routine: 'started', rtt: 20, heard: now() };
    news({ ...robot, presence: 'live' });
    const text = () => row('probot/ProBot1')?.textContent ?? '';
    expect(text()).toContain('Balancing · 20 ms');
    news({ ...robot, presence: 'offline', heard: now() - 3 });
    expect(text()).toMatch(/Offline, heard \d s ago/);
    expect(text()).not.toContain('ms');
  });

  test('marks who is stale', () => {
    show(<Roster />);
    hello();
    news(jane({ presence: 'stale', evidence: 'silence', tst: now() - 2820 }));
    expect(row('friend/jane/phone')?.dataset['presence']).toBe('stale');
  });

  test('of a thousand friends draws a screenful', () => {
    show(<Roster />);
    hello();
    news(
      ...Array.from({ length: 1000 }, (_, n) =>
        jane({ id: `u${String(n)}/p`, name: `U${String(n)}` }),
      ),
    );
    expect(document.querySelectorAll('.row').length).toBeLessThan(40);
    expect(document.querySelector('[aria-setsize="1000"]')).not.toBeNull();
  });
});

describe('the details', () => {
  test('open for the chosen one and say how we know', () => {
    show(
      <>
        <Roster />
        <Drawer />
      </>,
    );
    hello();
    news(jane({ presence: 'offline', evidence: 'broker lost', ahead: 7300 }));
    const chosen = row('friend/jane/phone');
    if (!chosen) throw new Error('no row');
    fireEvent.click(chosen);
    const drawer = document.querySelector('[data-drawer="friend/jane/phone"]');
    expect(drawer?.textContent).toContain('The broker is lost');
    expect(drawer?.textContent).toContain('2 h ahead of ours');
    expect(drawer?.textContent).toContain('owntracks/jane/phone');
    expect(location.hash).toContain('id=friend/jane/phone');
  });

  test('of a robot tell when it spoke and for how long nothing changed', () => {
    show(<Drawer />);
    hello();
    news({ k: 'probot', id: 'ProBot1', presence: 'live', heard: now(), at: now() - 40, batt: 87 });
    act(() => {
      app.selection.select('probot/ProBot1');
      vi.advanceTimersByTime(300);
    });
    expect(document.body.textContent).toContain('unchanged for 41 s');
  });
});

describe('the banner', () => {
  test('comes only when the connection is not back soon', () => {
    show(<Banner />);
    hello();
    act(() => {
      Line.last.onclose?.({ code: 1001, reason: '' });
      vi.advanceTimersByTime(BANNER_AFTER - 300);
    });
    expect(document.querySelector('[data-banner]')).toBeNull();
    act(() => {
      vi.advanceTimersByTime(600);
    });
    const banner = document.querySelector('[data-banner=connection]');
    expect(banner?.textContent).toContain('The server is going away.');
    expect(banner?.textContent).toMatch(/As of \d\d:\d\d\./);
    expect(document.documentElement.dataset['connection']).toBe('lost');
  });

  test('tells of a lost broker while the server is well', () => {
    show(<Banner />);
    hello();
    news({
      k: 'broker',
      id: 'main',
      link: {
        state: 'lost',
        since: now() - 10,
        why: 'connection refused',
        next: now() + 4,
        address: 'h:1883',
      },
    });
    const banner = document.querySelector('[data-banner=broker]');
    expect(banner?.textContent).toContain('Broker lost: h:1883');
    expect(banner?.textContent).toContain('Connection refused. Next try in 3 s.');
  });

  test('of a lost broker is spoken once and stays until something comes over it again', () => {
    show(
      <>
        <Roster />
        <Banner />
        <LinkAnnouncer />
        <Drawer />
      </>,
    );
    hello();
    const [since, heard] = [now() - 10, now() - 21];
    const broker = (link: Record<string, unknown>) => {
      news({ k: 'broker', id: 'main', link: { address: 'h:1883', since, ...link } });
      act(() => {
        vi.advanceTimersByTime(1200);
      });
    };
    news(jane({ vel: 34, at: now(), tst: now() }));
    act(() => {
      app.selection.select('friend/jane/phone');
    });
    expect(document.querySelector('.drawer .pill')?.textContent).toMatch(/^Moving/);
    broker({ state: 'lost', heard, next: now() + 4 });
    const spoken: (string | null | undefined)[] = [];
    const listen = () => {
      const text = document.querySelector('[data-spoken=links]')?.textContent;
      if (text !== spoken.at(-1)) spoken.push(text);
    };
    listen();
    const words = () => document.querySelector('[data-banner=broker] b')?.textContent;
    const first = words();
    expect(first).toMatch(/As of \d\d:\d\d$/);
    for (const link of [
      { state: 'lost', heard },
      { state: 'lost', heard, next: now() + 8, why: 'no answer' },
      { state: 'connected', heard, mute: true },
    ]) {
      broker(link);
      listen();
      expect(words()).toBe(first);
      expect(document.querySelector('.status .state')?.textContent).toMatch(/^As of /);
      expect(document.querySelector('.drawer .pill')?.textContent).toMatch(/^As of /);
      expect(document.querySelector('.summary')?.textContent).toMatch(/^1 as of \d\d:\d\d$/);
      expect(row('friend/jane/phone')?.dataset).toMatchObject({
        moving: 'false',
        presence: 'stale',
      });
      expect(document.documentElement.dataset['feed']).toBe('lost');
    }
    broker({ state: 'connected' });
    act(() => {
      vi.advanceTimersByTime(BANNER_AFTER);
    });
    listen();
    expect(spoken).toEqual([
      '',
      expect.stringMatching(/^The broker is lost\. What came over it is as of \d\d:\d\d\.$/),
      'News come in again.',
    ]);
    expect(words()).toBeUndefined();
    expect(document.querySelector('.status .state')?.textContent).toBe('Live');
    expect(document.querySelector('.drawer .pill')?.textContent).toMatch(/^Moving/);
    expect(document.documentElement.dataset['feed']).toBe('heard');
  });

  test('of a lost broker is there too while a phone is heard over HTTP, and all else is as it was', () => {
    show(
      <>
        <Roster />
        <Banner />
      </>,
    );
    hello();
    news(
      jane({ vel: 34, at: now(), tst: now() }),
      jane({ id: 'bob/phone', name: 'Bob', vel: 34, at: now(), tst: now(), source: 'http' }),
      { k: 'broker', id: 'main', link: { state: 'lost', since: now() - 10, heard: now() - 21 } },
    );
    act(() => {
      vi.advanceTimersByTime(1200);
    });
    expect(document.querySelector('[data-banner=broker]')).not.toBeNull();
    expect(row('friend/jane/phone')?.dataset).toMatchObject({ moving: 'false', current: 'false' });
    expect(row('friend/bob/phone')?.dataset).toMatchObject({ moving: 'true', current: 'true' });
    expect(document.documentElement.dataset['feed']).toBe('heard');
    expect(document.querySelector('.status .state')?.textContent).toBe('Live');
    const counts = [...document.querySelectorAll('.summary strong')].map((one) => one.textContent);
    expect(counts).toEqual(['1', '0', '1']);
    expect(document.querySelector('.summary')?.textContent).toContain('1 not heard now');
  });

  test('of a lost server leaves nothing of now: neither rows nor counts', () => {
    show(
      <>
        <Roster />
        <Banner />
      </>,
    );
    hello();
    news(jane({ vel: 34, at: now(), tst: now(), source: 'http' }));
    act(() => {
      Line.last.onclose?.({ code: 1006, reason: '' });
      vi.advanceTimersByTime(1200);
    });
    expect(row('friend/jane/phone')?.dataset).toMatchObject({ moving: 'false', current: 'false' });
    expect(row('friend/jane/phone')?.textContent).toContain('was 34 km/h');
    expect(document.querySelector('.summary')?.textContent).toMatch(/^1 as of \d\d:\d\d$/);
    expect(document.documentElement.dataset['feed']).toBe('lost');
  });

  test('tells that the clock of the server is off', () => {
    show(<Banner />);
    hello();
    news({ k: 'server', id: 'sightline', clock_off: -600, clock_why: 'It is 10 min behind.' });
    expect(screen.getByRole('status').textContent).toContain('It is 10 min behind.');
  });
});

describe('a server that cannot write', () => {
  const server = (state: Record<string, unknown>) => ({ k: 'server', id: 'sightline', ...state });

  test('is said in one steady line, until it can', () => {
    hello();
    show(<DegradedBanner />);
    news(server({}));
    expect(screen.queryByRole('alert')).toBeNull();
    const why = 'The disk is full: the accounts and the regions cannot be written just now.';
    news(server({ degraded: { reason: 'full', why, since: now() } }));
    const banner = screen.getByRole('alert');
    expect(banner.textContent).toContain(why);
    expect(banner.dataset['reason']).toBe('full');
    news(server({ rate: 3, degraded: { reason: 'full', why, since: now() } }));
    expect(screen.getByRole('alert')).toBe(banner);
    news(server({}));
    expect(screen.queryByRole('alert')).toBeNull();
  });
});
