/** Notifications: shown, touched, acknowledged, and gone when somebody signs out. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { deviceStoreIn } from '../../src/worker/devicestore';
import type { DeviceStore } from '../../src/worker/devicestore';
import { readToWorker } from '../../src/worker/messages';
import type { Notice } from '../../src/worker/scope';
import { inOrder, Telling } from '../../src/worker/telling';
import { HOME, page, subscription, Surroundings } from './surroundings';

const WORDS = {
  show: 'Zeigen',
  acknowledge: 'Gesehen',
  failed: 'Nicht gelungen',
  something: 'Etwas',
};
const DEVICE = {
  ...{ account: 'jane', channel: 'c/1', key: 'BAAA', name: 'Chrome on Android' },
  ...{ language: 'de', zone: 'Europe/Berlin' },
};
const TOLD = {
  ...{ id: 'n1', tag: 't', title: 'Mia arrived at School', body: '08:12', url: '#map?at=1' },
  ...{ at: 1795234500, badge: 2, alert: 'alert/jane/r.1', actions: ['show', 'acknowledge'] },
};
let around: Surroundings;
let store: DeviceStore;
let telling: Telling;

beforeEach(async () => {
  around = new Surroundings();
  store = deviceStoreIn(around.caches as unknown as CacheStorage, HOME);
  telling = new Telling(around.scope, store);
  await store.put('words', WORDS);
});

const push = (told: unknown) => telling.pushed(JSON.stringify(told));
const json =
  (body: object, status = 200) =>
  () =>
    Promise.resolve(new Response(JSON.stringify(body), { status }));

function notice(data: unknown = { url: `${HOME}#map?at=1`, alert: 'alert/jane/r.1' }) {
  const close = vi.fn();
  return { tag: 't', title: 'Mia arrived at School', data, close } satisfies Notice;
}

describe('a push', () => {
  test('is shown with buttons in the language of the page, and counted on the icon', async () => {
    await push(TOLD);
    expect(around.shown).toMatchObject([
      {
        title: 'Mia arrived at School',
        options: {
          ...{ body: '08:12', tag: 't', renotify: true, timestamp: 1795234500000 },
          icon: `${HOME}icons/icon-192.png`,
          data: { url: `${HOME}#map?at=1`, alert: 'alert/jane/r.1' },
          actions: [
            { action: 'show', title: 'Zeigen' },
            { action: 'acknowledge', title: 'Gesehen' },
          ],
        },
      },
    ]);
    expect(around.badges).toEqual([2]);
  });

  test('without words for its buttons has none', async () => {
    await store.remove('words');
    await push(TOLD);
    expect(around.shown[0]?.options.actions).toEqual([]);
  });

  test.each([null, 'not json', '{"title":""}'])(
    'that cannot be read is told of: %s',
    async (text) => {
      await telling.pushed(text);
      expect(around.shown).toMatchObject([{ title: 'Sightline', options: { body: 'Etwas' } }]);
    },
  );

  test('that is urgent stays until somebody saw it; none open takes the number away', async () => {
    await push({ ...TOLD, urgent: true, badge: 0 });
    expect(around.shown[0]?.options.requireInteraction).toBe(true);
    expect(around.badges).toEqual([0]);
  });
});

describe('touched', () => {
  test('it is shown in the page that one looks at', async () => {
    const [hidden, seen] = [page('done'), page('done', { visibilityState: 'visible' })];
    around.pages = [hidden, seen];
    const touched = notice();
    await telling.clicked(touched, '');
    expect(touched.close).toHaveBeenCalled();
    expect(seen.heard).toEqual([{ what: 'open', url: `${HOME}#map?at=1` }]);
    expect([seen.shown, hidden.shown]).toEqual([1, 0]);
    expect(around.opened).toEqual([]);
  });

  test('it never takes the page of a robot that is driven', async () => {
    const [driving, other] = [page('busy', { focused: true }), page('done')];
    around.pages = [driving, other];
    await telling.clicked(notice(), 'show');
    expect([driving.shown, other.shown]).toEqual([0, 1]);
    around.pages = [driving];
    await telling.clicked(notice(), 'show');
    expect(around.opened).toEqual([`${HOME}#map?at=1`]);
  });

  test('it opens a page when none is there, or none answers', async () => {
    await telling.clicked(notice(), '');
    vi.useFakeTimers();
    around.pages = [page(null)];
    const done = telling.clicked(notice(), '');
    await vi.advanceTimersByTimeAsync(1500);
    await done;
    vi.useRealTimers();
    expect(around.opened).toEqual([`${HOME}#map?at=1`, `${HOME}#map?at=1`]);
  });

  test.each([null, 7, {}, { url: 'https://evil.example/' }])(
    'it leads nowhere else: %j',
    async (data) => {
      await telling.clicked(notice(data), '');
      expect(around.opened).toEqual([HOME]);
    },
  );
});

describe('acknowledged', () => {
  test('the server is told in one’s own name, and no page opens', async () => {
    around.answer = json({ ok: true, open: 1 });
    await telling.clicked(notice(), 'acknowledge');
    const [{ url, init } = { url: '', init: {} }] = around.asked;
    expect(url).toBe(`${HOME}api/1/alerts/acknowledge`);
    expect(init).toMatchObject({
      ...{ method: 'POST', credentials: 'same-origin', redirect: 'error' },
      body: '{"alert":"alert/jane/r.1"}',
    });
    expect(around.badges).toEqual([1]);
    expect([around.shown, around.opened]).toEqual([[], []]);
  });

  test.each([
    ['signed out', json({ ok: false, code: 'signed_out', why: 'no' }, 401)],
    ['a page of a proxy', () => Promise.resolve(new Response('<html>'))],
    ['away', () => Promise.reject(new TypeError('Failed to fetch'))],
  ])('what did not work is said, and leads to the page: %s', async (_, answer) => {
    around.answer = answer;
    await telling.clicked(notice(), 'acknowledge');
    expect(around.shown).toMatchObject([
      {
        title: 'Nicht gelungen',
        options: { body: 'Mia arrived at School', tag: 't', data: { alert: 'alert/jane/r.1' } },
      },
    ]);
  });
});

test('signing out closes what is shown, ends the pushes, and tells the server while it may', async () => {
  const [shown, unsubscribe] = [notice(), vi.fn(() => Promise.resolve(true))];
  around.notices = [shown];
  around.subscription = { unsubscribe };
  around.answer = json({ ok: true });
  await store.put('device', DEVICE);
  await telling.forget(true);
  expect(shown.close).toHaveBeenCalled();
  expect(unsubscribe).toHaveBeenCalled();
  expect(around.badges).toEqual([0]);
  expect(around.asked.map(({ url, init }) => `${init.method ?? ''} ${url}`)).toEqual([
    `DELETE ${HOME}api/1/channels/c%2F1`,
  ]);
  expect(await store.get('device')).toBeUndefined();
  await telling.forget(false);
  expect(around.asked).toHaveLength(1);
});

describe('a subscription that the browser changed', () => {
  test('is made anew with the same key, and takes the place of the one before', async () => {
    await store.put('device', DEVICE);
    around.answer = json({ ok: true, channel: { id: 'c2' } });
    await telling.renew();
    expect(around.subscribed).toMatchObject([{ userVisibleOnly: true }]);
    expect(around.asked.map(({ init }) => init.method)).toEqual(['POST', 'DELETE']);
    const { endpoint } = subscription();
    expect(JSON.parse(around.asked[0]?.init.body as string)).toMatchObject({
      ...{ type: 'push', name: 'Chrome on Android', language: 'de', zone: 'Europe/Berlin' },
      subscription: { endpoint },
    });
    expect(await store.get('device')).toMatchObject({ channel: 'c2', account: 'jane' });
  });

  test('of nobody is left alone', async () => {
    await telling.renew();
    expect(around.subscribed).toEqual([]);
  });
});

test('the page that is looked at comes first; documents and other pages are not asked', () => {
  const [a, b, c] = [
    page(null),
    page(null, { visibilityState: 'visible' }),
    page(null, { focused: true }),
  ];
  const other = page(null, { url: `${HOME}docs/users/app.html` });
  expect(inOrder([a, other, b, c], HOME)).toEqual([c, b, a]);
  expect(inOrder([page(null, { url: `${HOME}?test#map` })], HOME)).toHaveLength(1);
});

test.each([
  [{ what: 'take-over', more: 1 }, { what: 'take-over' }],
  [{ what: 'forget' }, { what: 'forget', tell: false }],
  [
    { what: 'keep', urls: ['a', 7, null] },
    { what: 'keep', urls: ['a'] },
  ],
  [{ what: 'keep', urls: 'a' }, null],
  [{ what: 'holds', url: 7 }, null],
  [{ what: 'else' }, null],
  ['take-over', null],
  [null, null],
])('what a page says is read: %j', (said, read) => {
  expect(readToWorker(said)).toEqual(read);
});

describe('calling', () => {
  const CALL = {
    ...TOLD,
    ...{ telephone: '+491701234567', actions: ['call', 'acknowledge', 'show'] },
  };
  const whom = { url: `${HOME}#map?at=1`, alert: 'alert/jane/r.1', telephone: '+491701234567' };

  test('has a button, first, where there is a number and a word for it', async () => {
    await store.put('words', { ...WORDS, call: 'Anrufen' });
    await push(CALL);
    expect(around.shown).toMatchObject([
      {
        options: {
          data: { telephone: '+491701234567' },
          actions: [{ action: 'call', title: 'Anrufen' }, { action: 'acknowledge' }, {}],
        },
      },
    ]);
  });

  test.each([
    { ...CALL, telephone: 'javascript:alert(1)' },
    { ...CALL, telephone: '+49 170' },
    { ...CALL, telephone: 17 },
    { ...CALL, telephone: undefined },
  ])('has none for what is no number: $telephone', async (told) => {
    await store.put('words', { ...WORDS, call: 'Anrufen' });
    await push(told);
    const { options } = around.shown[0] as { options: { actions: readonly { action: string }[] } };
    expect(options.actions.map(({ action }) => action)).toEqual(['acknowledge', 'show']);
    expect(options).not.toHaveProperty('data.telephone');
  });

  test('opens the number', async () => {
    await telling.clicked(notice(whom), 'call');
    expect(around.opened).toEqual(['tel:+491701234567']);
  });

  test('shows the page where the system refuses, or what is there is no number', async () => {
    const { scope } = around;
    const open = vi.fn((url: string) =>
      url.startsWith('tel:') ? Promise.reject(new TypeError('not allowed')) : Promise.resolve(1),
    );
    const clients = { ...scope.clients, openWindow: open };
    const strict = new Telling({ ...scope, clients }, store);
    await strict.clicked(notice(whom), 'call');
    await strict.clicked(notice({ ...whom, telephone: 'tel:1' }), 'call');
    expect(open.mock.calls.flat()).toEqual([
      'tel:+491701234567',
      `${HOME}#map?at=1`,
      `${HOME}#map?at=1`,
    ]);
  });
});
