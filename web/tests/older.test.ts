import { describe, expect, test } from 'vitest';
import { picker } from '../src/things/broker/log';
import { moreOlder, NONE_OLDER, PAGE, PAGES } from '../src/things/broker/older';
import { apiOf } from './fakes';
import { followed } from '../src/things/broker/series';

/** A store with `count` lines, one a second, from 1 on. */
function store(count: number, text = (n: number) => `line ${String(n)}`) {
  const lines = Array.from({ length: count }, (_, index) => ({
    n: index + 1,
    tst: index + 1,
    at: index + 1,
    level: 'notice',
    text: text(index + 1),
  }));
  const asked: string[] = [];
  const api = apiOf((_method, path) => {
    asked.push(path);
    const to = Number(new URLSearchParams(path.split('?')[1]).get('to'));
    return Promise.resolve(logOf(lines.filter((line) => line.tst <= to).slice(-PAGE)));
  });
  return { asked, api };
}

const logOf = (data: readonly unknown[]) => ({
  thing: 'broker/main',
  sort: 'log',
  data,
  count: data.length,
});

describe('older lines of the log', () => {
  test('come page by page until there are none', async () => {
    const { asked, api } = store(700);
    const all = picker('main', 'all', '');
    const first = await moreOlder(api, 'main', NONE_OLDER, 700.5, all);
    expect(asked[0]).toBe(`history/broker/main?type=log&to=700.5&last=${String(PAGE)}`);
    expect([first.lines.length, first.lines[0]?.n, first.end]).toEqual([500, 201, false]);
    const second = await moreOlder(api, 'main', first, 700.5, all);
    expect(second.lines.map((line) => line.n)).toEqual(
      Array.from({ length: 700 }, (_, index) => index + 1),
    );
    expect(second.end).toBe(true);
  });

  test('are searched until enough are found, but not for ever', async () => {
    const rare = store(30_000, (n) => (n === 15_000 ? 'the needle' : 'hay'));
    const wanted = picker('main', 'all', 'needle');
    const first = await moreOlder(rare.api, 'main', NONE_OLDER, 30_001, wanted);
    expect(rare.asked).toHaveLength(PAGES);
    expect(first.end).toBe(false);
    const second = await moreOlder(rare.api, 'main', first, 30_001, wanted);
    expect(second.lines.filter(wanted).map((line) => line.text)).toEqual(['the needle']);
  });

  test('of one moment that fill a page do not come for ever', async () => {
    const line = { tst: 5, level: 'notice', text: 'x' };
    const lines = Array.from({ length: PAGE }, (_, n) => ({ ...line, n }));
    const api = apiOf(() => Promise.resolve(logOf(lines)));
    const found = await moreOlder(api, 'main', NONE_OLDER, 9, picker('main', 'all', 'nothing'));
    expect(found.lines).toHaveLength(PAGE);
    expect(found.to).toBeLessThan(5);
  });

  test('that make no sense are left out', async () => {
    const api = apiOf(() => Promise.resolve(logOf([null, 7, { text: 'no time' }])));
    const found = await moreOlder(api, 'main', NONE_OLDER, 9, () => true);
    expect(found).toMatchObject({ lines: [], end: true });
  });
});

test('figures of the store go on with those heard since', () => {
  const stored = { at: [1, 2], values: { a: [1, 2] } };
  const live = { at: [2, 3], values: { a: [20, 3], b: [7, 8] } };
  expect(followed(stored, live)).toEqual({
    at: [1, 2, 3],
    values: { a: [1, 2, 3], b: [null, null, 8] },
  });
  expect(followed(stored, { at: [2], values: { a: [9] } })).toBe(stored);
});
