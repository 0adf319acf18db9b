/** Parts of a friend's details that ask the server: messages, photos, doubtful fixes; Devices. */
import { act, cleanup, fireEvent, render, screen } from '@testing-library/preact';
import type { ComponentChildren } from 'preact';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EVERYBODY } from '../../src/app/visitor';
import { Denied } from '../../src/net/api';
import { DevicesCard } from '../../src/pages/broker/devices';
import { TimeTravel } from '../../src/past/timetravel';
import { actText, DoubtfulFixes } from '../../src/things/friends/doubtful';
import { MessagesOf, whenText } from '../../src/things/friends/messages';
import { PhotosOf } from '../../src/things/friends/photos';
import { createApp } from '../../src/wiring/app';
import type { App } from '../../src/wiring/app';
import { AppProvider } from '../../src/wiring/provider';
import { apiOf } from '../fakes';

const NOW = 1_795_235_000;
const JANE = 'friend/jane/phone';
const ADMIN = {
  ...EVERYBODY,
  name: 'root',
  role: 'admin',
  way: 'account',
  rights: { ...EVERYBODY.rights, admin: true },
} as const;
const COUNTS = {
  device: 'jane/phone',
  friend: true,
  heard: 1065,
  used: 1000,
  doubtful: 3,
  left_out: 2,
  refused: 1,
  why: 'not JSON',
  at: NOW - 60,
  via: 'http',
};

/** What was asked of the server, and what it answers, by path. */
let asked: [method: string, path: string, fields: unknown][];
let answers: Record<string, object>;
let app: App;

const api = apiOf((method, path, fields) => {
  const [where = ''] = path.split('?');
  asked.push([method, where, fields]);
  const found = answers[where];
  return found ? Promise.resolve(found) : Promise.reject(new Denied('forbidden', 'Not for you.'));
});

async function settle(): Promise<void> {
  await act(async () => {
    await vi.advanceTimersByTimeAsync(100);
  });
}

async function show(children: ComponentChildren): Promise<void> {
  render(<AppProvider app={app}>{children}</AppProvider>);
  await settle();
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(NOW * 1000);
  asked = [];
  answers = {};
  app = createApp('ws://test/ws', { visitor: ADMIN, api });
});

afterEach(() => {
  cleanup();
  app.end();
  vi.useRealTimers();
});

describe('messages of a friend', () => {
  test('are counted, with the last reason and its way', async () => {
    answers['deliveries/jane/phone'] = { device: COUNTS };
    await show(<MessagesOf of={JANE} />);
    const text = document.querySelector('[data-messages="1065"]')?.textContent ?? '';
    for (const part of ['Heard1,065', '1,000 positions', 'Doubtful3', 'Refused1', 'not JSON']) {
      expect(text).toContain(part);
    }
    expect(text).toContain('1 min ago, by http');
  });

  test('without trouble are no trouble', async () => {
    answers['deliveries/jane/phone'] = {
      device: { ...COUNTS, doubtful: 0, left_out: 0, refused: 0, why: '' },
    };
    await show(<MessagesOf of={JANE} />);
    expect(document.querySelector('[data-tone]')).toBeNull();
    expect(document.body.textContent).not.toContain('Last reason');
  });

  test('are no section where they are not told', async () => {
    await show(<MessagesOf of={JANE} />);
    expect(asked).toHaveLength(1);
    expect(document.querySelector('section')).toBeNull();
  });

  test('come by a way that is named, unless it is the usual one', () => {
    expect(whenText(120, 'main')).toBe('2 min ago');
    expect(whenText(-5, 'import')).toBe('0 s ago, by import');
  });
});

describe('Devices on the broker page', () => {
  test('list what came of each, and how many more there are', async () => {
    const stranger = { ...COUNTS, device: 'kim/watch', friend: false, heard: 1 };
    answers['deliveries'] = { devices: [COUNTS, stranger], total: 12, forgotten: 0 };
    await show(<DevicesCard />);
    expect(screen.getAllByRole('row')).toHaveLength(3);
    expect(document.querySelector('[data-device="kim/watch"]')?.textContent).toContain(
      'not on the map',
    );
    expect(
      document.querySelector('[data-device="jane/phone"] [data-tone="bad"]')?.textContent,
    ).toBe('1');
    expect(document.body.textContent).toContain('10 more');
  });

  test('are not asked for, nor shown, by those who are no admins', async () => {
    app = createApp('ws://test/ws', { visitor: { ...EVERYBODY, role: 'viewer' }, api });
    await show(<DevicesCard />);
    expect(asked).toEqual([]);
    expect(document.body.textContent).toBe('');
  });
});

describe('photos of a friend', () => {
  const photo = {
    sort: 'photo',
    thing: JANE,
    tst: NOW - 60,
    at: NOW,
    lat: 48,
    lon: 11,
    hash: 'ab',
  };

  test('are the latest while it is now, each with a name for those who do not see it', async () => {
    answers['events'] = {
      next: null,
      events: [
        { ...photo, poi: 'Café', width: 1280, height: 960 },
        { ...photo, hash: 'cd', tst: NOW - 90, width: 640, height: 480 },
      ],
    };
    await show(<PhotosOf of={JANE} />);
    const names = screen.getAllByRole('img').map((image) => image.getAttribute('alt'));
    expect(names).toEqual(['Photo: Café', 'A photo']);
    expect(screen.getAllByRole('link')[0]?.getAttribute('href')).toContain('photos/jane/phone/ab');
  });

  test('are no section where there are none', async () => {
    answers['events'] = { events: [], next: null };
    await show(<PhotosOf of={JANE} />);
    expect(document.querySelector('section')).toBeNull();
  });
});

describe('doubtful fixes of a day', () => {
  const doubtful = [
    { lat: 49, lng: 11, at: NOW - 900, why: 'nobody gets there that fast' },
    { lat: 49, lng: 12, at: NOW - 600, why: 'far too inaccurate' },
  ];
  const fix = { lat: 48, lng: 11, at: NOW - 1000 };

  /** The same page on a track with these. */
  async function onTrack(): Promise<void> {
    const past = new TimeTravel({
      now: () => NOW,
      scene: () => Promise.resolve([]),
      track: () => Promise.resolve({ points: [fix], thinned: false }),
      calendar: () => Promise.resolve(new Set()),
      doubtful: () => Promise.resolve(doubtful),
      events: () => Promise.resolve([]),
      photos: () => Promise.resolve([]),
      show: () => undefined,
      tell: () => undefined,
      every: () => () => undefined,
    });
    app = { ...app, past };
    past.choose(JANE);
    await settle();
    await show(<DoubtfulFixes of={JANE} />);
  }

  beforeEach(() => {
    answers['overruled/friend/jane/phone'] = { acts: [] };
    answers['believe/friend/jane/phone'] = { believed: 1, undo: 'u1' };
    answers['hide/friend/jane/phone'] = { hidden: 1, undo: 'u2' };
    answers['unhide'] = { shown: 1 };
    app.preferences.change({ doubtful: false });
  });

  test('are listed once they are switched on', async () => {
    await onTrack();
    expect(document.querySelector('.doubtful-list')).toBeNull();
    fireEvent.click(screen.getByRole('switch', { name: 'Show doubtful fixes (2)' }));
    await settle();
    expect(document.querySelectorAll('.doubtful-list li')).toHaveLength(2);
    expect(document.body.textContent).toContain('nobody gets there that fast');
  });

  test('are used by the one who may, by their times', async () => {
    app.preferences.change({ doubtful: true });
    await onTrack();
    fireEvent.click(screen.getAllByRole('button', { name: /^Use the fix of/ })[1] as HTMLElement);
    await settle();
    expect(asked).toContainEqual(['POST', 'believe/friend/jane/phone', { tst: [NOW - 600] }]);
    fireEvent.click(screen.getByRole('button', { name: 'Use all 2' }));
    await settle();
    expect(asked).toContainEqual([
      'POST',
      'believe/friend/jane/phone',
      { tst: [NOW - 900, NOW - 600] },
    ]);
  });

  test('the fix that is looked at is hidden, and every decision undone', async () => {
    const act = { what: 'hide', count: 1, from: NOW - 1000, to: NOW - 1000, undo: 'u7' };
    answers['overruled/friend/jane/phone'] = { acts: [act] };
    await onTrack();
    app.past.go(NOW - 700);
    await settle();
    fireEvent.click(screen.getByRole('button', { name: /^Hide the fix of/ }));
    await settle();
    expect(asked).toContainEqual(['POST', 'hide/friend/jane/phone', { tst: [NOW - 1000] }]);
    fireEvent.click(screen.getByRole('button', { name: 'Overruled by hand (1)' }));
    fireEvent.click(screen.getByRole('button', { name: /^Undo: Hid 1 fix/ }));
    await settle();
    expect(asked).toContainEqual(['POST', 'unhide', { undo: 'u7' }]);
  });

  test('are only looked at by others', async () => {
    app = createApp('ws://test/ws', { visitor: EVERYBODY, api });
    app.preferences.change({ doubtful: true });
    await onTrack();
    expect(document.querySelectorAll('.doubtful-list li')).toHaveLength(2);
    expect(screen.queryByRole('button', { name: /^Use/ })).toBeNull();
    expect(asked).toEqual([]);
  });

  test('decisions are told in words', () => {
    const act = { count: 12, from: NOW - 3600, to: NOW - 60, undo: 'u1' };
    expect(actText({ ...act, what: 'use' }, NOW)).toMatch(/^Used 12 fixes of .+ to .+$/);
  });
});
