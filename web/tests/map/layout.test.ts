import { describe, expect, test } from 'vitest';
import { SQUARE_PX, squaresOver } from '../../src/map/clearings';
import { placeLabels, type Labelled } from '../../src/map/labels';
import { spread } from '../../src/map/spread';

const disc = (x: number, y: number, more: Partial<Labelled> = {}): Labelled => ({
  x,
  y,
  radius: 19,
  width: 60,
  side: null,
  always: false,
  ...more,
});

describe('names', () => {
  test('stand below while there is room', () => {
    expect(placeLabels([disc(100, 100), disc(300, 100)], 800)).toEqual(['below', 'below']);
  });

  test('step aside for another portrait', () => {
    expect(placeLabels([disc(100, 100), disc(100, 140)], 800)).toEqual(['right', 'below']);
  });

  test('vanish where there is no room, the less important first', () => {
    const crowd = Array.from({ length: 9 }, (_, i) => disc(100 + (i % 3) * 20, 100 + i * 7));
    const sides = placeLabels(crowd, 800);
    expect(sides[0]).not.toBeNull();
    expect(sides).toContain(null);
  });

  test('of the selected are always shown', () => {
    const crowd = Array.from({ length: 9 }, (_, i) => disc(100 + (i % 3) * 20, 100 + i * 7));
    const sides = placeLabels([...crowd, disc(120, 120, { always: true })], 800);
    expect(sides.at(-1)).toBe('below');
  });

  test('are not put beside a portrait where the view ends', () => {
    expect(placeLabels([disc(770, 100), disc(770, 140)], 800)).toEqual(['left', 'below']);
  });

  test('stay where they are while that is free', () => {
    const blocked = [disc(100, 100, { side: 'left' }), disc(100, 140)];
    expect(placeLabels(blocked, 800)).toEqual(['left', 'below']);
  });
});

describe('portraits on each other', () => {
  test('are left alone when they are apart', () => {
    expect(
      spread([
        { id: 'a', x: 0, y: 0 },
        { id: 'b', x: 60, y: 0 },
      ]).size,
    ).toBe(0);
  });

  test('move apart round the place they share', () => {
    const family = ['a', 'b', 'c', 'd'].map((id, i) => ({ id, x: 100 + i, y: 100 }));
    const places = [...spread(family)].map(([id, { dx, dy }]) => {
      const member = family.find((one) => one.id === id);
      return { x: (member?.x ?? 0) + dx, y: (member?.y ?? 0) + dy };
    });
    expect(places).toHaveLength(4);
    for (const [i, a] of places.entries()) {
      for (const b of places.slice(i + 1)) {
        expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(38);
      }
    }
    const middle = places.reduce((sum, { x }) => sum + x, 0) / 4;
    expect(middle).toBeCloseTo(101.5, 6);
  });

  test('keep their places in the ring whoever is named first', () => {
    const pair = [
      { id: 'a', x: 0, y: 0 },
      { id: 'b', x: 0, y: 0 },
    ];
    expect(spread(pair)).toEqual(spread(pair.toReversed()));
  });

  test('stay a heap when they are many', () => {
    const crowd = Array.from({ length: 40 }, (_, i) => ({ id: `${i}`, x: 0, y: 0 }));
    expect(spread(crowd).size).toBe(0);
  });
});

describe('clearings', () => {
  test('cover a box without gaps and without reaching beyond it', () => {
    const xs = squaresOver([{ left: 100, top: 10, right: 190, bottom: 29 }]).map(({ x, y }) => {
      expect(y).toBe(19.5);
      return x;
    });
    expect(xs[0]).toBe(100 + SQUARE_PX / 2);
    expect(xs.at(-1)).toBe(190 - SQUARE_PX / 2);
    xs.slice(1).forEach((x, i) => {
      expect(x - (xs[i] ?? 0)).toBeLessThanOrEqual(SQUARE_PX);
    });
  });

  test('of a small box are one square in its middle', () => {
    expect(squaresOver([{ left: 0, top: 0, right: 10, bottom: 20 }])).toEqual([{ x: 5, y: 10 }]);
  });
});
