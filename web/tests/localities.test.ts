import { signal } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Gazetteer } from '../src/map/gazetteer';
import { Denied } from '../src/net/api';
import { ofMap, ofWorld, together, townsNamed } from '../src/things/localities/matches';
import { searchPlaces } from '../src/things/localities/search';
import { Words } from '../src/things/localities/words';
import { plain } from '../src/things/names';
import { apiOf } from './fakes';

/** Name, latitude in hundredths from the one before, longitude in hundredths, size. */
const TOWNS = new Gazetteer(
  ['Utrecht|5209|512|18', 'Amersfoort|7|539|17', 'Amsterdam|21|489|20', 'Åmål|668|1270|14'].join(
    '\n',
  ),
);
const HERE = { lat: 52.1, lng: 5.1 };
const STREET = {
  name: 'Amstel',
  local: '',
  type: 'street',
  town: 'Amsterdam',
  lat: 52.36,
  lon: 4.9,
  box: [4.89, 52.35, 4.91, 52.37],
};

function named(typed: string): string[] {
  return townsNamed(TOWNS.towns(plain), typed, HERE).map(({ name }) => name);
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('towns of the world map', () => {
  test('are found by the beginning of their names, the large and near ones first', () => {
    expect(named('am')).toEqual(['Amsterdam', 'Amersfoort', 'Åmål']);
    expect(named('amers')).toEqual(['Amersfoort']);
  });

  test('are found without accents, and not by one letter', () => {
    expect(named('amal')).toEqual(['Åmål']);
    expect(named('a')).toEqual([]);
    expect(named('recht')).toEqual([]);
  });
});

describe('what is listed', () => {
  test('says what it is, where, and its name there', () => {
    const found = ofMap({ ...STREET, type: 'house', name: 'Canal 1', local: 'Gracht 1' } as never);
    expect(found.detail).toBe('Gracht 1 · Address in Amsterdam');
    expect(ofMap(STREET as never)).toMatchObject({ detail: 'Street in Amsterdam', zoom: 16.5 });
  });

  test('has room for both sorts, and no town twice', () => {
    const streets = Array.from({ length: 6 }, (_, n) =>
      ofMap({ ...STREET, name: `Street ${String(n)}` } as never),
    );
    const towns = townsNamed(TOWNS.towns(plain), 'am', HERE).map(ofWorld);
    expect(together(streets, towns).map(({ name }) => name)).toEqual([
      ...['Street 0', 'Street 1', 'Street 2', 'Street 3'],
      ...['Amsterdam', 'Amersfoort'],
    ]);
    const own = ofMap({ ...STREET, name: 'Amsterdam', type: 'city' } as never);
    expect(together([own], towns).filter(({ name }) => name === 'Amsterdam')).toEqual([own]);
  });
});

/** An API that answers every question with `answer`; `asked` are the bodies. */
function api(answer: (body: Record<string, unknown>) => object) {
  const asked: Record<string, unknown>[] = [];
  const api = apiOf((_method, _path, fields) => {
    const body = fields as Record<string, unknown>;
    asked.push(body);
    return Promise.resolve().then(() => answer(body));
  });
  return { asked, api };
}

function place(text: string) {
  return { text, street: '', number: '', park: '', part: '', town: '' };
}

describe('positions in words', () => {
  test('are asked for together and once, to a metre', async () => {
    const { asked, api: asks } = api(({ positions }) => ({
      places: (positions as number[][]).map((position) => place(`at ${String(position)}`)),
    }));
    const words = new Words({ api: asks, language: 'de', known: () => true });
    expect(words.at(52.1, 5.1)).toBeUndefined();
    expect(words.at(52.100001, 5.1)).toBeUndefined();
    expect(words.at(48, 2)).toBeUndefined();
    await vi.runAllTimersAsync();
    expect(asked).toEqual([
      {
        positions: [
          [52.1, 5.1],
          [48, 2],
        ],
        language: 'de',
      },
    ]);
    expect(words.at(52.1, 5.1)).toBe('at 52.1,5.1');
    expect(words.learned.value).toBe(1);
    words.forget();
    expect(words.at(52.1, 5.1)).toBeUndefined();
  });

  test('are not asked for where the server has no such map', async () => {
    const { asked, api: asks } = api(() => ({ places: [] }));
    const words = new Words({ api: asks, language: 'de', known: () => false });
    expect(words.at(52.1, 5.1)).toBe('');
    await vi.runAllTimersAsync();
    expect(asked).toEqual([]);
  });

  test('are asked for again some time after a refusal', async () => {
    let refused = true;
    const { asked, api: asks } = api(() => {
      if (refused) throw new Denied('busy', 'Later.');
      return { places: [place('Dam')] };
    });
    const words = new Words({ api: asks, language: '', known: () => true });
    words.at(1, 1);
    await vi.runAllTimersAsync();
    refused = false;
    expect(words.at(1, 1)).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toHaveLength(1);
    await vi.runAllTimersAsync();
    expect(words.at(1, 1)).toBe('Dam');
  });
});

describe('the search for places', () => {
  function scene(known = true) {
    const query = signal('');
    const { asked, api: asks } = api(({ text }) => ({
      places: text === 'am' ? [STREET] : [],
    }));
    const search = searchPlaces({
      ...{ api: asks, query, towns: signal(TOWNS), language: 'en' },
      known: () => known,
      middle: () => ({ lat: 52, lng: 365 }),
    });
    const names = () => search.found.value.map(({ name }) => name);
    return { asked, query, search, names };
  }

  test('shows towns at once, and streets when the server has answered', async () => {
    const { asked, query, names } = scene();
    query.value = 'a';
    expect(names()).toEqual([]);
    query.value = 'am';
    expect(names()).toEqual(['Amsterdam', 'Amersfoort', 'Åmål']);
    await vi.runAllTimersAsync();
    expect(names()).toEqual(['Amstel', 'Amsterdam', 'Amersfoort', 'Åmål']);
    expect(asked).toEqual([{ text: 'am', lat: 52, lon: 5, language: 'en', limit: 6 }]);
  });

  test('asks once for what is typed fast, and forgets an answer that comes too late', async () => {
    const { asked, query, names } = scene();
    query.value = 'am';
    await vi.advanceTimersByTimeAsync(50);
    query.value = 'ame';
    await vi.runAllTimersAsync();
    expect(asked.map(({ text }) => text)).toEqual(['ame']);
    query.value = '';
    expect(names()).toEqual([]);
  });

  test('asks nobody where the server has no such map, and nothing when it has ended', async () => {
    const { asked, query, names, search } = scene(false);
    query.value = 'am';
    await vi.runAllTimersAsync();
    expect(names()).toHaveLength(3);
    search.end();
    query.value = 'utr';
    await vi.runAllTimersAsync();
    expect(asked).toEqual([]);
    expect(names()).toHaveLength(3);
  });
});
