/** The list of alerts, the part in details, and notices, as somebody uses them. */
import { act, fireEvent, render, screen, within } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AlertsPage } from '../../src/things/alerts/list';
import { AlertsAbout } from '../../src/things/alerts/ofthing';
import { AlertToasts, isOfTransition } from '../../src/things/alerts/toasts';
import { EVERYBODY } from '../../src/app/visitor';
import type { Visitor } from '../../src/app/visitor';
import { AppProvider } from '../../src/wiring/provider';
import { answers, app, begin, end, Line, news, open } from '../opened';
import { alertOf, alertThing, NOW } from './examples';

const JANE: Visitor = { ...EVERYBODY, name: 'jane', way: 'account' };

function show(children: preact.ComponentChild): void {
  render(<AppProvider app={app}>{children}</AppProvider>);
}

const row = (key: string) => {
  const found = document.querySelector<HTMLElement>(`[data-alert="${key}"]`);
  if (!found) throw new Error(`no ${key}`);
  return found;
};
const asked = () => Line.last.sent.filter(({ t }) => t === 'alert' || t === 'request');
const press = (within_: HTMLElement, name: string | RegExp) => {
  fireEvent.click(within(within_).getByRole('button', { name }));
};

async function passes(milliseconds: number): Promise<void> {
  await act(async () => {
    await vi.advanceTimersByTimeAsync(milliseconds);
  });
}

beforeEach(async () => {
  begin();
  vi.stubGlobal('fetch', () => Promise.reject(new Error('nobody is asked what people are called')));
  await open(JANE);
});
afterEach(end);

describe('the list', () => {
  test('says what happened to whom, and acknowledges at a press', async () => {
    await news(alertThing('jane/a.1'), alertThing('jane/a.2', { urgent: true, at: NOW - 60 }));
    show(<AlertsPage />);
    expect(row('alert/jane/a.1').textContent).toContain('Jane Doe arrived at School');
    expect(row('alert/jane/a.2').textContent).toContain('Urgent');
    press(row('alert/jane/a.1'), /^Acknowledge: Jane Doe/);
    expect(Line.last.sent.at(-1)).toMatchObject({ thing: 'alert/jane/a.1', act: 'acknowledge' });
    await answers({ ok: true });
    await news(alertThing('jane/a.1', { status: 'acknowledged', by: 'jane', by_at: NOW }));
    const seen = document.querySelector('[data-stretch=acknowledged]');
    expect(seen?.textContent).toContain('Acknowledged by jane');
    expect(asked().length).toBeLessThan(9);
  });

  test('shows the server’s words when it refuses', async () => {
    await news(alertThing('jane/a.1'));
    show(<AlertsPage />);
    press(row('alert/jane/a.1'), /^Acknowledge/);
    await answers({ ok: false, code: 'forbidden', why: 'This is for bob alone.' });
    expect(within(row('alert/jane/a.1')).getByRole('alert').textContent).not.toBe('');
  });

  test('goes from alert to alert by keys, and acknowledges by one', async () => {
    await news(alertThing('jane/a.1'), alertThing('jane/a.2', { at: NOW - 10 }));
    show(<AlertsPage />);
    const heads = [...document.querySelectorAll<HTMLElement>('.alert-head')];
    heads[0]?.focus();
    fireEvent.keyDown(heads[0] as HTMLElement, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(heads[1]);
    fireEvent.keyDown(heads[1] as HTMLElement, { key: 'a' });
    expect(Line.last.sent.at(-1)).toMatchObject({ thing: 'alert/jane/a.1', act: 'acknowledge' });
  });

  test('opened, it has the moment, what ends it, who was told how, a note', async () => {
    await news(
      alertThing('jane/a.1', {
        lasting: true,
        told: [
          { account: 'jane', state: 'no_channel' },
          { account: 'bob', state: 'failed', why: '550 No such user' },
        ],
      }),
    );
    show(<AlertsPage />);
    const item = row('alert/jane/a.1');
    press(item, /^Jane Doe arrived/);
    expect(item.textContent).toContain('Stays until Jane Doe leaves School.');
    expect(item.querySelector('[data-told=bob]')?.textContent).toContain('550 No such user');
    expect(within(item).getByRole('link', { name: 'Add a way' }).getAttribute('href')).toBe(
      '#account?tab=told',
    );
    const moment = within(item).getByRole('link', { name: 'Show that moment' });
    expect(moment.getAttribute('href')).toMatch(/^#map\?at=2026-11-21T04:11:00Z&id=friend\/jane/);
    fireEvent.input(within(item).getByLabelText(/^A note/), { target: { value: ' On my way ' } });
    press(item, 'Acknowledge with this note');
    expect(Line.last.sent.at(-1)).toMatchObject({ act: 'acknowledge', note: 'On my way' });
  });

  test('acknowledges all that are shown, after asking once more', async () => {
    await news(
      alertThing('jane/a.1'),
      alertThing('jane/a.2'),
      alertThing('jane/b.3', { thing: 'probot/ProBot1', condition: { type: 'fallen' } }),
    );
    show(<AlertsPage />);
    const before = Line.last.sent.length;
    fireEvent.click(screen.getByRole('button', { name: 'Acknowledge all' }));
    await passes(10);
    fireEvent.click(screen.getByRole('button', { name: 'Yes, acknowledge all 3 alerts' }));
    const sent = Line.last.sent.slice(before).map(({ thing }) => thing);
    expect(sent.sort()).toEqual(['alert/jane/a.1', 'alert/jane/a.2', 'alert/jane/b.3']);
  });

  test('of hundreds draws a page, and the next one on demand', async () => {
    await news(
      ...Array.from({ length: 300 }, (_, n) =>
        alertThing(`jane/a.${String(n)}`, { status: 'resolved', at: NOW - n * 60 }),
      ),
    );
    show(<AlertsPage />);
    expect(document.querySelectorAll('.alert-row')).toHaveLength(50);
    fireEvent.click(screen.getByRole('button', { name: 'Show older ones (250 more)' }));
    expect(document.querySelectorAll('.alert-row')).toHaveLength(100);
  });
});

test('details of a thing have its alerts, and none of others', async () => {
  await news(
    alertThing('jane/a.1'),
    alertThing('jane/b.1', { thing: 'probot/ProBot1', condition: { type: 'fallen' } }),
  );
  show(<AlertsAbout of="probot/ProBot1" />);
  expect(document.querySelectorAll('.alerts-about .alert-row')).toHaveLength(1);
  expect(row('alert/jane/b.1').textContent).toContain('ProBot1 has fallen over');
});

describe('a notice', () => {
  const notice = () => document.querySelector<HTMLElement>('[data-alert-toast]');

  test('tells of one that has just come, to eyes and ears, and goes by itself', async () => {
    show(<AlertToasts />);
    await news(alertThing('jane/a.1', { at: NOW - 3 }));
    expect(notice()?.textContent).toContain('Jane Doe arrived at School');
    expect(document.querySelector('[data-spoken=alerts]')?.textContent).toBe(
      'Jane Doe arrived at School',
    );
    await passes(13_000);
    expect(notice()).toBeNull();
  });

  test('stays while it is urgent, and leads to the list', async () => {
    show(<AlertToasts />);
    await news(alertThing('jane/a.1', { at: NOW - 3, urgent: true }));
    await passes(60_000);
    fireEvent.click(notice()?.querySelector('.toast-body') as HTMLElement);
    expect(app.navigation.section.value).toBe('alerts');
    expect(app.alerts.shown.value).toBe('alert/jane/a.1');
    expect(notice()).toBeNull();
  });

  test('does not come where somebody wants none', async () => {
    app.preferences.change({ alerts: false });
    show(<AlertToasts />);
    await news(alertThing('jane/a.1', { at: NOW - 3 }));
    expect(notice()).toBeNull();
    app.preferences.change({ alerts: true });
  });

  test('tells of a transition instead of the transition’s own notice', () => {
    const transition = {
      n: 1,
      thing: 'friend/jane/phone',
      event: 'enter',
      region: 'region/school',
    };
    const same = (more: object) => isOfTransition(alertOf(), { ...transition, ...more } as never);
    expect(same({})).toBe(true);
    expect(same({ event: 'leave' })).toBe(false);
    expect(same({ thing: 'friend/kim/phone' })).toBe(false);
    expect(same({ region: 'region/home' })).toBe(false);
  });
});
