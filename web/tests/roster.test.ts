import { describe, expect, test } from 'vitest';
import type { Entry } from '../src/things/entry';
import { arrange, EARLIER, neighbour, offsetsOf, windowOf } from '../src/things/roster';
import type { Item, Wishes } from '../src/things/roster';
import { ALL_WELL } from '../src/things/links';

const NOW = 1_795_235_000;
const GROUPS = [{ id: 'friends' }, { id: 'robots' }];
const HEIGHTS = { row: 57, group: 32 };
const SEEN = { now: NOW, links: ALL_WELL };
const PLACED = { position: { lat: 52, lon: 5 }, fixed: NOW - 5 };
const ALL: Wishes = { filter: 'all', sort: 'name', query: '', earlierOpen: false };

function entry(name: string, more: Partial<Entry> = {}): Entry {
  return {
    key: `friend/${name}/phone`,
    group: 'friends',
    name,
    qualifier: 'phone',
    initials: name.slice(0, 2),
    colour: 'c1',
    presence: 'live',
    charging: false,
    place: '',
    note: '',
    search: name.toLowerCase(),
    order: name.toLowerCase(),
    heard: NOW - 5,
    ...more,
  };
}

/** The list as text: groups in capitals, rows by name. */
function shown(entries: Entry[], wishes: Partial<Wishes> = {}): string[] {
  return arrange(entries, GROUPS, { ...ALL, ...wishes }, SEEN).items.map((item) =>
    item.type === 'group' ? `${item.group.toUpperCase()} ${String(item.count)}` : item.entry.name,
  );
}

const JANE = entry('Jane', { ...PLACED, speed: 54, battery: 9 });
const BOB = entry('Bob', { battery: 80 });
const ROBOT = entry('ProBot1', { key: 'probot/ProBot1', group: 'robots', battery: 50 });
const GONE = entry('Ines', { presence: 'offline', heard: NOW - EARLIER - 1 });

describe('who is shown', () => {
  test('friends come first, then robots, each in the order of their names', () => {
    expect(shown([ROBOT, JANE, BOB])).toEqual(['FRIENDS 2', 'Bob', 'Jane', 'ROBOTS 1', 'ProBot1']);
  });

  test('who was not heard for a day is folded away under Earlier', () => {
    expect(shown([JANE, GONE])).toEqual(['FRIENDS 1', 'Jane', 'EARLIER 1']);
    expect(shown([JANE, GONE], { earlierOpen: true }).at(-1)).toBe('Ines');
  });

  test('who was silent for a little less than a day is not', () => {
    expect(shown([entry('Greta', { presence: 'stale', heard: NOW - EARLIER + 60 })])[0]).toBe(
      'FRIENDS 1',
    );
  });

  test('a search looks into the fold as well', () => {
    expect(shown([JANE, GONE], { query: 'ines' })).toEqual(['EARLIER 1', 'Ines']);
  });

  test('a search finds parts of several words in any order, without accents', () => {
    const tomas = entry('Tomás Ferreira', { search: 'tomas ferreira reading' });
    expect(shown([tomas, BOB], { query: 'READ tomá' })).toEqual(['FRIENDS 1', 'Tomás Ferreira']);
  });

  test('a search finds people by the town they are near', () => {
    const anna = entry('Anna', { position: { lat: 50.5, lon: 3.1 } });
    const { items } = arrange([anna, BOB], GROUPS, { ...ALL, query: 'lille' }, SEEN, (of) =>
      of === anna ? 'near Lille' : '',
    );
    expect(items.map((item) => (item.type === 'row' ? item.entry.name : ''))).toEqual(['', 'Anna']);
  });

  test('filters show friends, robots, or whoever moves', () => {
    expect(shown([JANE, BOB, ROBOT], { filter: 'robots' })).toEqual(['ROBOTS 1', 'ProBot1']);
    expect(shown([JANE, BOB, ROBOT], { filter: 'moving' })).toEqual(['FRIENDS 1', 'Jane']);
  });

  test('counts are of everybody, whatever is shown', () => {
    const { counts } = arrange(
      [JANE, BOB, ROBOT, GONE],
      GROUPS,
      { ...ALL, filter: 'robots' },
      SEEN,
    );
    expect(counts).toEqual({
      all: 4,
      friends: 3,
      robots: 1,
      moving: 1,
      live: 3,
      stale: 0,
      offline: 1,
      cut: 0,
    });
  });

  test('names that two have are known, so that they can be told apart', () => {
    const tablet = entry('Jane', { key: 'friend/jane/tablet', qualifier: 'tablet' });
    expect([...arrange([JANE, tablet, BOB], GROUPS, ALL, SEEN).shared]).toEqual(['Jane']);
  });
});

describe('in which order', () => {
  const LATE = entry('Zoe', { ...PLACED, heard: NOW - 1, speed: 3 });
  const NEVER: Entry = { ...entry('Abel'), heard: undefined as never };

  test('last heard: the newest first, who was never heard last', () => {
    expect(shown([NEVER, BOB, LATE], { sort: 'heard' })).toEqual([
      'FRIENDS 3',
      'Zoe',
      'Bob',
      'Abel',
    ]);
  });

  test('speed: the fastest first', () => {
    expect(shown([BOB, LATE, JANE], { sort: 'speed' })).toEqual([
      'FRIENDS 3',
      'Jane',
      'Zoe',
      'Bob',
    ]);
  });

  test('battery: the emptiest first, unknown last', () => {
    expect(shown([LATE, BOB, JANE], { sort: 'battery' })).toEqual([
      'FRIENDS 3',
      'Jane',
      'Bob',
      'Zoe',
    ]);
  });
});

describe('the rows in view', () => {
  const items: Item[] = [
    { type: 'group', group: 'friends', count: 10_000 },
    ...Array.from({ length: 10_000 }, (_, n): Item => ({
      type: 'row',
      entry: entry(`P${String(n)}`),
      nth: n + 1,
    })),
  ];
  const offsets = offsetsOf(items, HEIGHTS);

  test('the list is as high as all of its parts', () => {
    expect(offsets.at(-1)).toBe(32 + 10_000 * 57);
  });

  test('of ten thousand only a screenful exists', () => {
    const [first, last] = windowOf(offsets, 200_000, 700);
    expect(last - first).toBeLessThan(25);
  });

  test('every place in view belongs to a row that exists, wherever one scrolls', () => {
    for (let scrolled = 0; scrolled < 570_032 - 700; scrolled += 3_331) {
      const [first, last] = windowOf(offsets, scrolled, 700, 0);
      expect(offsets[first]).toBeLessThanOrEqual(scrolled);
      expect(offsets[last] ?? Infinity).toBeGreaterThanOrEqual(scrolled + 700);
    }
  });

  test('an empty list has an empty window', () => {
    expect(windowOf(offsetsOf([], HEIGHTS), 0, 700)).toEqual([0, 0]);
  });

  test('the keyboard goes from row to row and stays at the ends', () => {
    expect(neighbour(items, null, 1)).toBe('friend/P0/phone');
    expect(neighbour(items, 'friend/P0/phone', 1)).toBe('friend/P1/phone');
    expect(neighbour(items, 'friend/P0/phone', -1)).toBe('friend/P0/phone');
    expect(neighbour(items, null, -1)).toBe('friend/P9999/phone');
    expect(neighbour([], null, 1)).toBeNull();
  });
});
