import { signal } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { pieceOf, piecesNear } from '../../src/map/townpieces';
import { createTowns } from '../../src/wiring/towns';

const LILLE = 'Lille|5063|306|18';
const asked: string[] = [];

function scene() {
  const wanted = signal(false);
  const query = signal('');
  const idle: (() => void)[] = [];
  const map = signal({
    onIdle: (listener: () => void) => {
      idle.push(listener);
      return () => undefined;
    },
  });
  const towns = createTowns({
    map,
    wanted,
    query,
    lists: {
      whole: () => {
        asked.push('whole');
        return Promise.resolve(LILLE);
      },
      pieces: () =>
        Promise.resolve({
          [pieceOf(50.63, 3.06)]: () => {
            asked.push('piece');
            return Promise.resolve({ default: LILLE });
          },
        }),
    },
  });
  const drawn = () => {
    for (const listener of idle) listener();
  };
  return { wanted, query, towns, drawn };
}

beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

const later = () => vi.advanceTimersByTimeAsync(2500);

describe('names of towns', () => {
  test('are not fetched before there is something on the map', async () => {
    const { towns } = scene();
    await later();
    expect(towns.nameAt(50.63, 3.06)).toBeNull();
    expect(asked).toEqual([]);
  });

  test('come after the map has been drawn, or when that takes too long', async () => {
    for (const waits of [false, true]) {
      const { towns, wanted, drawn } = scene();
      wanted.value = true;
      await later();
      towns.nameAt(50.63, 3.06);
      await later();
      expect(towns.nameAt(50.63, 3.06)).toBeNull();
      if (waits) await vi.advanceTimersByTimeAsync(15_000);
      else drawn();
      await later();
      towns.nameAt(50.63, 3.06);
      await later();
      expect(towns.nameAt(50.63, 3.06)).toBe('Lille');
    }
  });

  test('come with the piece of the world in which somebody is, asked for once', async () => {
    const { towns, wanted, drawn } = scene();
    wanted.value = true;
    drawn();
    await later();
    expect(towns.nameAt(50.63, 3.06)).toBeNull();
    await later();
    expect(towns.nameAt(50.63, 3.06)).toBe('Lille');
    expect(towns.nameAt(50.5, 3.3)).toBe('near Lille');
    expect(asked).toEqual(['piece']);
  });

  test('of the sea are none, and nothing is fetched for them', async () => {
    const { towns, wanted, drawn } = scene();
    wanted.value = true;
    drawn();
    await later();
    towns.nameAt(0, -150);
    await later();
    expect(towns.nameAt(0, -150)).toBeNull();
    expect(asked).toEqual([]);
  });

  test('come as a whole once somebody searches', async () => {
    const { towns, query } = scene();
    expect(towns.whole.value).toBeNull();
    query.value = 'l';
    await later();
    query.value = 'li';
    await later();
    expect(asked).toEqual(['whole']);
    expect(towns.nameAt(50.63, 3.06)).toBe('Lille');
  });
});

describe('pieces of the world', () => {
  test('meet without a gap, at the antimeridian and at the poles too', () => {
    expect(pieceOf(51, 179.9)).not.toBe(pieceOf(51, -179.9));
    expect(pieceOf(51, 180.1)).toBe(pieceOf(51, -179.9));
    expect(pieceOf(90, 0)).toBe(pieceOf(89, 0));
    expect(pieceOf(-90, 0)).toBe(pieceOf(-89, 0));
  });

  test('beside an edge are both those that meet there', () => {
    expect(piecesNear(52, 5).size).toBe(1);
    expect(piecesNear(52, 0.1)).toEqual(new Set([pieceOf(52, -1), pieceOf(52, 1)]));
    expect(piecesNear(45, 0.1).size).toBe(4);
  });
});
