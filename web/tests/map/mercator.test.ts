import { describe, expect, test } from 'vitest';
import {
  between,
  metresPerPixel,
  pixelsPerStep,
  progress,
  stepsBetween,
  toLat,
  toLng,
  toX,
  toY,
} from '../../src/map/mercator';

describe('places', () => {
  test('come back from steps to within a centimetre', () => {
    for (const [lng, lat] of [
      [0, 0],
      [13.404954, 52.520008],
      [-179.9999, -84.9],
      [179.9999, 84.9],
    ] as const) {
      expect(Math.abs(toLng(toX(lng)) - lng)).toBeLessThan(1e-7);
      expect(Math.abs(toLat(toY(lat)) - lat)).toBeLessThan(1e-7);
    }
  });

  test('on both sides of the antimeridian are one place', () => {
    expect(toX(-180)).toBe(toX(180));
    expect(toX(190)).toBe(toX(-170));
  });

  test('beyond the map lie on its edge', () => {
    expect(toY(90)).toBe(0);
    expect(toY(-90)).toBe(2 ** 32 - 1);
  });

  test('north is up', () => {
    expect(toY(10)).toBeLessThan(toY(-10));
  });
});

describe('glides', () => {
  test('take the short way over the antimeridian', () => {
    const [from, to] = [toX(179), toX(-179)];
    expect(stepsBetween(from, to)).toBeGreaterThan(0);
    expect(toLng(between(from, to, 0.25))).toBeCloseTo(179.5, 5);
    expect(toLng(between(from, to, 0.75))).toBeCloseTo(-179.5, 5);
    expect(toLng(between(to, from, 0.75))).toBeCloseTo(179.5, 5);
  });

  test('begin where they begin and end where they end', () => {
    const [from, to] = [toX(5), toX(7)];
    expect(between(from, to, 0)).toBe(from);
    expect(between(from, to, 1)).toBe(to);
  });

  test('have not begun before their time and stay when over', () => {
    expect(progress(9, 10, 4)).toBe(0);
    expect(progress(11, 10, 4)).toBe(0.25);
    expect(progress(99, 10, 4)).toBe(1);
  });

  test('that last no time are jumps', () => {
    expect(progress(10, 10, 0)).toBe(1);
    expect(progress(9, 10, 0)).toBe(1);
  });
});

test('the world is 512 pixels wide at zoom 0, and a pixel of it 78 km', () => {
  expect(pixelsPerStep(0) * 2 ** 32).toBe(512);
  expect(metresPerPixel(0, 0)).toBeCloseTo(78_271.5, 0);
  expect(metresPerPixel(60, 3)).toBeCloseTo(78_271.5 / 16, 0);
});
