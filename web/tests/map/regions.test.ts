import type { Map as MapLibreMap } from 'maplibre-gl';
import { beforeEach, describe, expect, test } from 'vitest';
import { crownOf, outlineOf, viewBox, zoomToSee } from '../../src/map/outline';
import { Regions } from '../../src/map/regions';
import type { Area } from '../../src/map/types';
import type { Shape } from '../../src/map/shapes';

const polygon = (...points: [lat: number, lon: number][]): Shape => ({
  is: 'polygon',
  points: points.map(([lat, lon]) => ({ lat, lon })),
});
const FIJI = polygon([-17, 179], [-17, -178], [-20, -178], [-20, 179]);

describe('an outline', () => {
  test('across the antimeridian is in one narrow piece', () => {
    const [ring = []] = outlineOf(FIJI).coordinates;
    expect(ring.map(([lng]) => lng)).toEqual([179, 182, 182, 179, 179]);
    const [circle = []] = outlineOf({ is: 'circle', lat: 0, lon: 180, radius: 5000 }).coordinates;
    for (const [lng = 0] of circle) expect(Math.abs(lng - 180)).toBeLessThan(0.1);
  });

  test('round a pole is the whole cap, and can be shown', () => {
    const cap: Shape = { is: 'circle', lat: 89.9, lon: 10, radius: 50_000 };
    expect(viewBox(cap)).toMatchObject({ west: -180, east: 180, north: 85 });
    expect(crownOf(cap)[1]).toBe(85);
  });

  test('has its name at its northern end', () => {
    expect(crownOf(FIJI)).toEqual([180.5, -17]);
    expect(crownOf(polygon([1, 5], [4, 7], [1, 9]))).toEqual([7, 4]);
    const [lng, lat] = crownOf({ is: 'circle', lat: 52, lon: 5, radius: 1000 });
    expect([lng, lat > 52.008 && lat < 52.01]).toEqual([5, true]);
  });

  test('of a small region is seen from nearer than that of a large one', () => {
    const small = zoomToSee({ is: 'circle', lat: 52, lon: 5, radius: 50 });
    const large = zoomToSee({ is: 'circle', lat: 52, lon: 5, radius: 50_000 });
    expect(small - large).toBeCloseTo(Math.log2(1000), 1);
    expect(large).toBeGreaterThan(2);
  });
});

describe('touching the map', () => {
  const area = (id: string, shape: Shape): Area => ({
    id,
    label: id,
    shape,
    colour: '#123456',
    sort: 'shared',
    inside: 0,
  });
  let regions: Regions;

  beforeEach(() => {
    regions = new Regions({ getSource: () => undefined } as unknown as MapLibreMap, 'dark');
    regions.set([
      area('town', { is: 'circle', lat: 52, lon: 5, radius: 10_000 }),
      area('house', { is: 'circle', lat: 52, lon: 5, radius: 100 }),
      area('fiji', FIJI),
    ]);
  });

  test('finds the smallest region there', () => {
    expect(regions.at(52, 5, 1)).toBe('house');
    expect(regions.at(52.01, 5, 1)).toBe('town');
    expect(regions.at(-18, -179, 1)).toBe('fiji');
    expect(regions.at(40, 5, 1)).toBeNull();
  });

  test('finds what is only a ring from afar', () => {
    expect(regions.at(52.1, 5, 2000)).toBe('house');
  });

  test('lets go of the selected one', () => {
    regions.select('house');
    expect(regions.at(52, 5, 1)).toBeNull();
    expect(regions.at(52.01, 5, 1)).toBe('town');
  });
});
