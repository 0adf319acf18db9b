import { act, fireEvent, screen, within } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { APPS } from '../../src/things/friends/apps';
import type { AppName } from '../../src/things/friends/apps';
import { answers, app, begin, end, jane, Line, news, open, press } from '../opened';
import { frame } from '../regions/golden';

beforeEach(begin);
afterEach(end);

describe('a friend’s details', () => {
  test('name the region, today’s transitions, and the phone with what it was asked', async () => {
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
