// @vitest-environment node
import type { Position } from 'geojson';
import { describe, expect, test } from 'vitest';
import {
  bordersOf,
  coastOf,
  countryNames,
  landOf,
  loadAtlas,
  splitAtAntimeridian,
} from '../../scripts/basemap/atlas.mjs';

/** The finest set, because it holds the specks that are inside out. */
const atlas = loadAtlas('10m');
const land = landOf(atlas);

function isLand(lng: number, lat: number): boolean {
  let inside = false;
  for (const ring of land.coordinates.flat()) {
    ring.forEach(([x = 0, y = 0], i) => {
      const [fromX = 0, fromY = 0] = ring.at(i - 1) ?? [];
      const crosses = y > lat !== fromY > lat;
      if (crosses && lng < ((fromX - x) * (lat - y)) / (fromY - y) + x) inside = !inside;
    });
  }
  return inside;
}

function longestStep(lines: Position[][], counts: (a: Position, b: Position) => boolean): number {
  let longest = 0;
  for (const line of lines) {
    line.slice(1).forEach((b, i) => {
      const a = line[i] ?? b;
      if (!counts(a, b)) return;
      const [ax = 0, ay = 0] = a;
      const [bx = 0, by = 0] = b;
      longest = Math.max(longest, Math.hypot(bx - ax, by - ay));
    });
  }
  return longest;
}

const atSouthEdge = ([, y = 0]: Position) => y < -84;

describe('land', () => {
  test('has no edge longer than 20°, except along the south pole', () => {
    const rings = land.coordinates.flat();
    expect(longestStep(rings, (a, b) => !(atSouthEdge(a) && atSouthEdge(b)))).toBeLessThan(20);
  });

  test('stays within the world', () => {
    const outside = land.coordinates
      .flat(2)
      .filter(([x = 0, y = 0]) => Math.abs(x) > 180 || Math.abs(y) > 90);
    expect(outside).toEqual([]);
  });

  test.each([
    ['the middle of the Atlantic', -35, 30],
    ['the middle of the Pacific', -150, 0],
    ['the Pacific west of the antimeridian', 175, 20],
    ['the North Sea', 3, 56],
    ['the Arctic', 0, 86],
    ['the Caspian Sea, which is a hole in it', 50.7, 41.8],
  ])('is not %s', (_, lng, lat) => {
    expect(isLand(lng, lat)).toBe(false);
  });

  test.each([
    ['Berlin', 13.4, 52.5],
    ['Brazil', -55, -10],
    ['Siberia east of the antimeridian', -175, 66.8],
    ['Siberia west of the antimeridian', 175, 67],
    ['Antarctica', 90, -80],
    ['an island in the Caspian Sea', 53.05, 39],
    ['Taveuni in Fiji, on the antimeridian', -179.99, -16.8],
  ])('is %s', (_, lng, lat) => {
    expect(isLand(lng, lat)).toBe(true);
  });
});

describe('lines', () => {
  test.each([
    ['coast', coastOf(atlas).coordinates],
    ['borders', bordersOf(atlas).coordinates],
  ])('of the %s do not cross the world or follow the edge of the map', (_, lines) => {
    expect(lines.length).toBeGreaterThan(100);
    expect(longestStep(lines, () => true)).toBeLessThan(20);
    const along = (a: Position, b: Position) =>
      Math.abs(a[0] ?? 0) > 179.99 && Math.abs(b[0] ?? 0) > 179.99;
    expect(longestStep(lines, along)).toBe(0);
  });

  test('are cut where they cross the antimeridian', () => {
    expect(
      splitAtAntimeridian([
        [178, 0],
        [-178, 4],
        [-177, 4],
      ]),
    ).toEqual([
      [
        [178, 0],
        [180, 2],
      ],
      [
        [-180, 2],
        [-178, 4],
        [-177, 4],
      ],
    ]);
  });
});

describe('names of countries', () => {
  const names = countryNames(loadAtlas('50m'));
  const find = (name: string) => names.find((country) => country.name === name);

  test('stand in their country', () => {
    const [lng, lat] = find('Germany')?.at ?? [0, 0];
    expect(lng).toBeGreaterThan(8);
    expect(lng).toBeLessThan(13);
    expect(lat).toBeGreaterThan(49);
    expect(lat).toBeLessThan(53);
    expect(isLand(...(find('Russia')?.at ?? [0, 0]))).toBe(true);
  });

  test('are spelt out', () => {
    expect(names.filter(({ name }) => name.includes('.'))).toEqual([]);
    expect(find('Bosnia and Herzegovina')).toBeDefined();
  });

  test('come with the largest first', () => {
    expect(find('Russia')?.rank).toBe(0);
    expect(find('Luxembourg')?.rank).toBe(4);
    expect(names[0]?.rank).toBe(0);
  });
});
