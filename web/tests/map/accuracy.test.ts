import type { Position } from 'geojson';
import { expect, test } from 'vitest';
import { accuracyCircle } from '../../src/map/accuracy';

const RADIUS_M = 6_371_008.8;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

function metresBetween(a: Position, b: Position): number {
  const [lngA = 0, latA = 0] = a.map(radians);
  const [lngB = 0, latB = 0] = b.map(radians);
  const chord =
    Math.sin((latB - latA) / 2) ** 2 +
    Math.cos(latA) * Math.cos(latB) * Math.sin((lngB - lngA) / 2) ** 2;
  return 2 * RADIUS_M * Math.asin(Math.sqrt(chord));
}

function rim(lng: number, lat: number, metres: number): Position[] {
  const [ring = []] = accuracyCircle(lng, lat, metres).coordinates;
  expect(ring[0]).toEqual(ring.at(-1));
  return ring;
}

test.each([
  [13.4, 52.5, 25],
  [13.4, 52.5, 5000],
  [-70, -33, 400_000],
  [0, 80, 100_000],
])('every corner is the accuracy away from the place (%d, %d, %d m)', (lng, lat, metres) => {
  for (const corner of rim(lng, lat, metres)) {
    expect(metresBetween([lng, lat], corner) / metres).toBeCloseTo(1, 6);
  }
});

test('a circle on the antimeridian stays in one piece', () => {
  for (const centre of [179.99, -179.99, 180]) {
    const lngs = rim(centre, 10, 50_000).map(([lng = 0]) => lng);
    expect(Math.max(...lngs) - Math.min(...lngs)).toBeLessThan(1);
    expect(Math.max(...lngs.map((lng) => Math.abs(lng - centre)))).toBeLessThan(0.5);
  }
});

test.each([
  [89.9, 90],
  [-89.9, -90],
])('a circle round the pole at %d is everything beyond its rim', (lat, pole) => {
  const ring = rim(30, lat, 50_000);
  const lngs = ring.map(([lng = 0]) => lng);
  expect(Math.min(...lngs)).toBe(-180);
  expect(Math.max(...lngs)).toBe(180);
  expect(ring).toContainEqual([-180, pole]);
  expect(ring).toContainEqual([180, pole]);
  // Eastward without a step back: the rim goes once round the world.
  const outline = ring.filter(([, y]) => y !== pole).map(([lng = 0]) => lng);
  const once = pole === 90 ? outline.slice(0, -1) : outline.slice(1).reverse();
  expect(once).toEqual(once.toSorted((a, b) => a - b));
});

test('an accuracy larger than the world is the world', () => {
  expect(rim(5, 5, 3e7)).toContainEqual([180, 90]);
});

test('outlines run counterclockwise, as GeoJSON asks', () => {
  for (const [lng, lat, metres] of [
    [5, 5, 1000],
    [5, 89.99, 10_000],
    [5, -89.99, 10_000],
  ] as const) {
    const ring = rim(lng, lat, metres);
    let twiceArea = 0;
    ring.slice(1).forEach(([x = 0, y = 0], i) => {
      const [fromX = 0, fromY = 0] = ring[i] ?? [];
      twiceArea += fromX * y - x * fromY;
    });
    expect(twiceArea).toBeGreaterThan(0);
  }
});
