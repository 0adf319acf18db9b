import { act, cleanup, render, screen } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SetupCheckCard, verdictText } from '../../src/accounts/setupcheck';
import { hostAndPort, isHere, robotExample } from '../../src/things/broker/example';
import { later } from '../../src/ui/later';
import { whenListed } from '../../src/pages/map/painting';
import { signal } from '@preact/signals';
import { ServerProvider, TimeProvider } from '../../src/app/context';
import type { Server, Time } from '../../src/app/context';
import { apiOf } from '../fakes';

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** So many milliseconds. */
const passes = (ms: number) =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });

const step = (level: 'ok' | 'warn' | 'fail' | 'skip', said: string, todo = '') => ({
  ...{ level, said, todo, where: 'broker.main', step: 'tcp' },
});

describe('is it set up right?', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  async function show(): Promise<void> {
    let asked = 0;
    const none = { running: false, began: null, ended: null, trouble: '', findings: [] };
    const runs = { ...none, running: true, began: 100 };
    const done = {
      ...{ running: false, began: 100, ended: 107, trouble: '' },
      findings: [step('ok', 'answers'), step('fail', 'nothing listens', 'start it')],
    };
    const api = apiOf((method) => {
      if (method === 'POST') {
        asked = 1;
        return Promise.resolve(runs);
      }
      const now = [none, runs, done][asked] ?? done;
      if (asked > 0) asked += 1;
      return Promise.resolve(now);
    });
    render(
      <ServerProvider value={{ api } as unknown as Server}>
        <TimeProvider value={{ now: signal(200) } as unknown as Time}>
          <SetupCheckCard />
        </TimeProvider>
      </ServerProvider>,
    );
    await passes(0);
  }

  test('is asked by a button, waited for, and told gravest first with what to do', async () => {
    await show();
    expect(screen.queryAllByRole('listitem')).toEqual([]);
    screen.getByRole('button', { name: 'Check now' }).click();
    await passes(10);
    expect(screen.getByText('Looking…')).toBeTruthy();
    await passes(2000);
    const told = screen.getAllByRole('listitem').map((item) => item.textContent);
    expect(told[0]).toContain('nothing listens');
    expect(told[0]).toContain('→ start it');
    expect(told[1]).toContain('answers');
    expect(screen.getByText('Something is wrong. What to do stands below it.')).toBeTruthy();
  });

  test('has a verdict by the gravest finding', () => {
    expect(verdictText([step('ok', 'x'), step('skip', 'x')])).toMatch(/as it should be/);
    expect(verdictText([step('ok', 'x'), step('warn', 'x')])).toMatch(/could be better/);
    expect(verdictText([step('warn', 'x'), step('fail', 'x')])).toMatch(/is wrong/);
  });
});

describe('the example of a robot', () => {
  test('names the host and port of the real broker', () => {
    expect(robotExample('broker.lan:8883')).toContain('-h broker.lan -p 8883 -t telemetry');
    expect(robotExample('[fe80::1]:1883')).toContain('-h fe80::1 -p 1883');
    expect(hostAndPort('')).toEqual(['127.0.0.1', '1883']);
  });

  test('says where the broker of this computer can be reached', () => {
    expect(isHere('127.0.0.1:1883')).toBe(true);
    expect(isHere('localhost:1')).toBe(true);
    expect(isHere('broker.lan:1883')).toBe(false);
  });
});

describe('a part of the page that comes later', () => {
  test('is fetched once, and says so when it does not come', async () => {
    let fetched = 0;
    const part = later(() => {
      fetched += 1;
      return fetched === 1 ? Promise.reject(new Error('gone')) : Promise.resolve(() => <p>here</p>);
    });
    render(<part.Part />);
    expect((await screen.findByRole('alert')).textContent).toContain('could not be loaded');
    act(() => {
      screen.getByRole('button', { name: 'Try again' }).click();
    });
    expect(await screen.findByText('here')).toBeTruthy();
    part.fetch();
    expect(fetched).toBe(2);
  });
});

describe('the map', () => {
  test('is loaded after the list was painted, or when nothing comes', async () => {
    vi.useFakeTimers();
    const ready = signal(false);
    const listed = whenListed(ready, 4000);
    await vi.advanceTimersByTimeAsync(1000);
    expect(listed.so.value).toBe(false);
    ready.value = true;
    expect(listed.so.value).toBe(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(listed.so.value).toBe(true);
    const silent = whenListed(signal(false), 4000);
    await vi.advanceTimersByTimeAsync(4001);
    expect(silent.so.value).toBe(true);
  });
});
