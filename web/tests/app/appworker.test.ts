/** A new version is offered, and taken only when somebody wants it. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { AppWorker } from '../../src/app/appworker';
import { installWay, isApple, mayHint } from '../../src/app/installation';
import type { Moment } from '../../src/app/installation';

const ENTRY = 'https://h/assets/index-AbCd1234.js';

/** A worker that holds some files, and remembers what it was told. */
class Worker extends EventTarget {
  state = 'installed';
  readonly told: unknown[] = [];
  constructor(readonly holds: boolean | null) {
    super();
  }
  postMessage(message: { what: string }, ports: readonly MessagePort[] = []): void {
    this.told.push(message.what);
    if (message.what === 'holds' && this.holds !== null) ports[0]?.postMessage(this.holds);
  }
}

class Registration extends EventTarget {
  waiting: Worker | null = null;
  installing: Worker | null = null;
  active: Worker | null = null;
  update = vi.fn(() => Promise.resolve());
}

class Container extends EventTarget {
  controller: Worker | null = null;
  readonly registration = new Registration();
  register = vi.fn(() => Promise.resolve(this.registration));
  get ready() {
    return Promise.resolve(this.registration);
  }
}

let workers: Container;
let clock: number;
const reload = vi.fn();
let app: AppWorker;

beforeEach(() => {
  vi.stubGlobal('document', { baseURI: 'https://h/' });
  workers = new Container();
  workers.controller = workers.registration.active = new Worker(true);
  clock = 0;
  reload.mockClear();
  app = new AppWorker({ workers: workers as never, entry: ENTRY, reload, now: () => clock });
});

async function comes(worker: Worker): Promise<void> {
  const { registration } = workers;
  registration.installing = worker;
  registration.dispatchEvent(new Event('updatefound'));
  registration.waiting = worker;
  worker.dispatchEvent(new Event('statechange'));
  // A port's answer is a task of its own.
  await vi.waitFor(() => {
    expect(app.fresh.value || worker.told.includes('take-over')).toBe(true);
  });
}

test('what the page used before is kept', async () => {
  await app.start(['https://h/assets/de-AbCd1234.js']);
  expect(workers.controller?.told).toEqual(['keep']);
  expect(app.fresh.value).toBe(false);
});

test('a page that may have no worker works without', async () => {
  workers.register.mockRejectedValueOnce(new Error('SecurityError'));
  await app.start([]);
  app.look(true);
  expect(app.fresh.value).toBe(false);
});

describe('a new version', () => {
  test('is offered, and loaded when somebody wants it', async () => {
    await app.start([]);
    const worker = new Worker(false);
    await comes(worker);
    expect(app.fresh.value).toBe(true);
    expect([worker.told, reload.mock.calls]).toEqual([['holds'], []]);
    app.takeOver();
    expect(worker.told).toEqual(['holds', 'take-over']);
    workers.controller = worker;
    workers.dispatchEvent(new Event('controllerchange'));
    expect(reload).toHaveBeenCalledTimes(1);
  });

  test('that this page is of already takes over without a word', async () => {
    await app.start([]);
    const worker = new Worker(true);
    await comes(worker);
    expect(worker.told).toEqual(['holds', 'take-over']);
    expect(app.fresh.value).toBe(false);
    workers.controller = worker;
    workers.dispatchEvent(new Event('controllerchange'));
    await vi.waitFor(() => {
      expect(worker.told).toEqual(['holds', 'take-over', 'holds']);
    });
    expect(reload).not.toHaveBeenCalled();
  });

  test('that another window took is offered here, and not forced', async () => {
    await app.start([]);
    workers.controller = new Worker(false);
    workers.dispatchEvent(new Event('controllerchange'));
    await vi.waitFor(() => {
      expect(app.fresh.value).toBe(true);
    });
    expect(reload).not.toHaveBeenCalled();
    app.takeOver();
    expect(reload).toHaveBeenCalledTimes(1);
  });

  test('is none when it is the first', async () => {
    workers.controller = null;
    await app.start([]);
    const first = new Worker(false);
    workers.registration.installing = first;
    workers.registration.dispatchEvent(new Event('updatefound'));
    first.dispatchEvent(new Event('statechange'));
    expect(app.fresh.value).toBe(false);
  });

  test('is looked for when the server was away, else now and then', async () => {
    await app.start([]);
    const { update } = workers.registration;
    app.look(false);
    expect(update).not.toHaveBeenCalled();
    app.look(true);
    clock = 3_600_000;
    app.look(false);
    app.look(false);
    expect(update).toHaveBeenCalledTimes(2);
  });
});

describe('the hint that it can be an app', () => {
  const quiet: Moment = {
    ...{ way: 'prompt' as const, phone: true, account: true, dismissed: false },
    ...{ atRest: true, live: true },
  };

  test('comes at a quiet moment, on a phone, once', () => {
    expect(mayHint(quiet)).toBe(true);
    expect(mayHint({ ...quiet, way: 'apple' })).toBe(true);
  });

  test.each([
    { way: 'installed' },
    { way: 'none' },
    { phone: false },
    { account: false },
    { dismissed: true },
    { atRest: false },
    { live: false },
  ] as const)('does not with %j', (more) => {
    expect(mayHint({ ...quiet, ...more })).toBe(false);
  });

  test('says how, by what the browser can', () => {
    const surface = { installed: false, apple: false, offered: false };
    expect(installWay(surface)).toBe('none');
    expect(installWay({ ...surface, apple: true })).toBe('apple');
    expect(installWay({ ...surface, offered: true })).toBe('prompt');
    expect(installWay({ ...surface, offered: true, installed: true })).toBe('installed');
  });

  test.each([
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/604.1', 5, true],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1', 5, true],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1', 0, false],
    ['Mozilla/5.0 (Linux; Android 14) Chrome/131', 5, false],
  ])('%s with %d fingers', (agent, fingers, apple) => {
    expect(isApple(agent, fingers)).toBe(apple);
  });
});
