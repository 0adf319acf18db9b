/** Where a region lies in words: in the list of crossings, in details, and on the bar of the past. */
import { act, screen } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Shape } from '../../src/map/shapes';
import { exactnessOf, placeText } from '../../src/things/regions/regionplace';
import { app, begin, end, news, open, press } from '../opened';

const CANAL = {
  text: 'Keizersgracht 123, Amsterdam',
  street: 'Keizersgracht',
  number: '123',
  park: '',
  part: 'Jordaan',
  town: 'Amsterdam',
};
const NOTHING = { text: '', street: '', number: '', park: '', part: '', town: '' };
const circle = (radius: number): Shape => ({ is: 'circle', lat: 52.37, lon: 4.88, radius });
/** A map with streets, as the server offers it. */
const MAP = {
  ...{ k: 'map', id: 'amsterdam', title: 'Amsterdam', role: 'base', type: 'pmtiles' },
  ...{ url: '/maps/amsterdam-0.pmtiles', schema: 'protomaps', bounds: [4, 52, 5, 53] },
  ...{ min_zoom: 0, max_zoom: 15, attribution: [], size: 1, updated: 1, tile_size: 256 },
  places: true,
};

describe('the words', () => {
  test('are as exact as the region is small', () => {
    expect([200, 201, 5000, 5001].map((radius) => exactnessOf(circle(radius)))).toEqual([
      ...['street', 'town', 'town', 'none'],
    ]);
    const house = [
      { lat: 52.37, lon: 4.88 },
      { lat: 52.371, lon: 4.88 },
      { lat: 52.371, lon: 4.881 },
    ];
    expect(exactnessOf({ is: 'polygon', points: house })).toBe('street');
    const ocean = [-17, -19].flatMap((lat) => [179.5, -178.5].map((lon) => ({ lat, lon })));
    expect(exactnessOf({ is: 'polygon', points: ocean })).toBe('none');
  });

  test('name a street or a park, a part of town, or nothing', () => {
    expect(placeText(CANAL, 'street')).toBe('at Keizersgracht 123, Amsterdam');
    expect(placeText(CANAL, 'town')).toBe('in Jordaan, Amsterdam');
    expect(placeText(CANAL, 'none')).toBe('');
    const town = { ...NOTHING, text: 'Utrecht', town: 'Utrecht' };
    expect(placeText(town, 'street')).toBe('in Utrecht');
    const park = { ...NOTHING, text: 'Vondelpark, Amsterdam', park: 'Vondelpark' };
    expect(placeText(park, 'street')).toBe('at Vondelpark, Amsterdam');
    expect(placeText(NOTHING, 'street')).toBe('');
  });
});

describe('on the page', () => {
  const asked: { positions: readonly (readonly number[])[] }[] = [];
  beforeEach(() => {
    begin();
    asked.length = 0;
    vi.stubGlobal('fetch', (url: URL | string, { body }: { body?: string } = {}) => {
      if (!String(url).endsWith('places/at')) return Promise.reject(new TypeError('no network'));
      const fields = JSON.parse(body ?? '{}') as (typeof asked)[number];
      asked.push(fields);
      return Promise.resolve(
        new Response(JSON.stringify({ ok: true, places: fields.positions.map(() => CANAL) }), {
          headers: { 'content-type': 'application/json' },
        }),
      );
    });
  });
  afterEach(end);

  async function learn(): Promise<void> {
    await act(async () => {
      await vi.advanceTimersByTimeAsync(500);
    });
  }

  test('stand with a transition, asked for once and for its region alone', async () => {
    await open();
    await news(MAP);
    press(/^Crossings/);
    await learn();
    const list = screen.getByRole('list', { name: /newest first/ });
    const rows = [...list.querySelectorAll('li')].map((row) => row.textContent);
    expect(rows[0]).toContain('at Keizersgracht 123, Amsterdam');
    expect(rows[1]).not.toContain('Amsterdam'); // what the phone alone knows has no position
    expect(asked.map(({ positions }) => positions)).toEqual([[[52.37919, 4.89943]]]);
  });

  test('stand with a friend’s visit and in a region’s details', async () => {
    await open();
    await news(MAP);
    act(() => {
      app.selection.select('friend/jane/phone');
    });
    await learn();
    expect(document.querySelector('[data-places]')?.textContent).toContain('at Keizersgracht 123');
    act(() => {
      app.selection.select('region/ab12cd34');
    });
    await learn();
    expect(screen.getByRole('complementary', { name: 'Home' }).textContent).toContain(
      'Placeat Keizersgracht 123, Amsterdam',
    );
  });

  test('are not there, nor asked for, without a map of the server that knows', async () => {
    await open();
    await news({ ...MAP, places: false });
    press(/^Crossings/);
    await learn();
    expect(document.querySelector('[data-region-place]')).toBeNull();
    expect(asked).toEqual([]);
  });
});
