import { describe, expect, test } from 'vitest';
import {
  areaOf,
  bearing,
  boxOf,
  destination,
  distance,
  holds,
  middleOf,
  nearTo,
  tangleOf,
  unrolled,
  wrapped,
} from '../../src/map/shapes';
import type { Shape } from '../../src/map/shapes';

const spots = (...points: [lat: number, lon: number][]) =>
  points.map(([lat, lon]) => ({ lat, lon }));
const polygon = (...points: [lat: number, lon: number][]): Shape => ({
  is: 'polygon',
  points: spots(...points),
});
const FIJI = polygon([-17, 179], [-17, -178], [-20, -178], [-20, 179]);

describe('a circle', () => {
  const home: Shape = { is: 'circle', lat: 52, lon: 5, radius: 1000 };

  test('holds what is no farther than its radius', () => {
    for (const degrees of [0, 45, 90, 200, 315]) {
      expect(holds(home, destination(home, degrees, 999))).toBe(true);
      expect(holds(home, destination(home, degrees, 1001))).toBe(false);
    }
  });

  test('across the antimeridian holds places on both sides', () => {
    const circle: Shape = { is: 'circle', lat: -17, lon: 179.95, radius: 20_000 };
    expect(holds(circle, { lat: -17, lon: -179.95 })).toBe(true);
    expect(holds(circle, { lat: -17, lon: 179.85 })).toBe(true);
    expect(holds(circle, { lat: -17, lon: -179.7 })).toBe(false);
    expect(boxOf(circle).east).toBeGreaterThan(180);
  });

  test('round a pole reaches round the world', () => {
    const { west, east, north } = boxOf({ is: 'circle', lat: 89.9, lon: 10, radius: 50_000 });
    expect([east - west, north]).toEqual([360, 90]);
  });

  test('is as large as a flat one when it is small', () => {
    expect(areaOf(home)).toBeCloseTo(Math.PI * 1000 ** 2, -2);
  });
});

describe('a polygon', () => {
  test('holds what is between its corners, and not what is in its bay', () => {
    const bay = polygon([0, 0], [0, 4], [4, 4], [4, 0], [2, 2]);
    expect(holds(bay, { lat: 1, lon: 2 })).toBe(true);
    expect(holds(bay, { lat: 2, lon: 1 })).toBe(false);
    expect(holds(bay, { lat: 5, lon: 2 })).toBe(false);
  });

  test('across the antimeridian is narrow, wherever it begins', () => {
    const turned = polygon([-17, -178], [-20, -178], [-20, 179], [-17, 179]);
    for (const shape of [FIJI, turned]) {
      expect(holds(shape, { lat: -18, lon: 180 })).toBe(true);
      expect(holds(shape, { lat: -18, lon: -179 })).toBe(true);
      expect(holds(shape, { lat: -18, lon: 179.5 })).toBe(true);
      expect(holds(shape, { lat: -18, lon: 0 })).toBe(false);
      expect(holds(shape, { lat: -18, lon: -177 })).toBe(false);
      const { west, east } = boxOf(shape);
      expect(east - west).toBe(3);
      expect(middleOf(shape)).toEqual({ lat: -18.5, lon: -179.5 });
    }
  });

  test('has the area of its piece of the sphere', () => {
    const degree = areaOf(polygon([0, 0], [0, 1], [1, 1], [1, 0]));
    expect(degree / 1e6).toBeCloseTo(12364, -1);
    expect(areaOf(FIJI)).toBeGreaterThan(0);
  });

  test('whose sides cross is found out, with the sides', () => {
    expect(tangleOf(spots([0, 0], [0, 1], [1, 1], [1, 0]))).toBeNull();
    expect(tangleOf(spots([0, 0], [1, 1], [0, 1], [1, 0]))).toEqual([0, 2]);
    expect(tangleOf(spots([0, 0], [0, 2], [1, 2], [0, 1]))).not.toBeNull();
    expect(tangleOf(FIJI.is === 'polygon' ? FIJI.points : [])).toBeNull();
  });
});

describe('longitudes', () => {
  test('go the short way round', () => {
    expect(nearTo(-179, 179)).toBe(181);
    expect(wrapped(181)).toBe(-179);
    expect(wrapped(180)).toBe(-180);
    const rolled = unrolled(spots([0, 170], [0, -170], [0, -160], [0, 175]));
    expect(rolled.map(({ lon }) => lon)).toEqual([170, 190, 200, 175]);
  });

  test('of a copy begin where one looks', () => {
    expect(unrolled(spots([0, -170], [0, 170]), 179).map(({ lon }) => lon)).toEqual([190, 170]);
  });
});

test('going somewhere and measuring the way gives what one went by', () => {
  for (const [lat, lon] of [
    [52, 5],
    [-17, 179.9],
    [80, -100],
  ] as const) {
    const to = destination({ lat, lon }, 70, 12_345);
    expect(distance({ lat, lon }, to)).toBeCloseTo(12_345, 3);
    expect(bearing({ lat, lon }, to)).toBeCloseTo(70, 6);
  }
});
