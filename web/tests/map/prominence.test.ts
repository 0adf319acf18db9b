import { expect, test } from 'vitest';
import type { Camera } from '../../src/map/camera';
import { CrowdBuffer } from '../../src/map/crowdbuffer';
import { pixelsPerStep, toX, toY } from '../../src/map/mercator';
import { MOST_PORTRAITS, prominence } from '../../src/map/prominence';
import type { Mark } from '../../src/map/types';

/** 360° are 4096 pixels here, so the view is 1000 by 800 around 0° 0°. */
const camera: Camera = {
  centre: { x: toX(0), y: toY(0) },
  originX: 500,
  originY: 400,
  pixelsPerStep: pixelsPerStep(3),
  width: 1000,
  height: 800,
};
const degrees = (pixels: number) => (pixels / 4096) * 360;

const mark = (id: string, px: number, py: number, more: Partial<Mark> = {}): Mark => ({
  id,
  lng: degrees(px),
  lat: degrees(-py),
  kind: 'friend',
  label: id,
  initials: id,
  colour: '#5aaefb',
  moving: false,
  presence: 'live',
  glideMs: 0,
  ...more,
});

function choose(marks: Mark[], pinned: string[] = [], shown: string[] = []) {
  const table = new CrowdBuffer();
  for (const one of marks) table.put(one, 0, 0);
  return prominence(table, camera, 0, new Set(pinned), new Set(shown)).ids;
}

test('a few friends in view are all portraits, however near to each other', () => {
  const family = ['a', 'b', 'c'].map((id, i) => mark(id, i, 0));
  expect(choose(family)).toEqual(['a', 'b', 'c']);
});

test('others stay dots unless selected', () => {
  const marks = [mark('a', 0, 0, { kind: 'other' }), mark('b', 9, 0, { kind: 'other' })];
  expect(choose(marks)).toEqual([]);
  expect(choose(marks, ['b'])).toEqual(['b']);
});

test('who is out of view is no portrait', () => {
  expect(choose([mark('near', 450, 0), mark('far', 900, 0)])).toEqual(['near']);
});

test('a crowd keeps its distance and never exceeds the most', () => {
  const crowd = Array.from({ length: 3000 }, (_, i) =>
    mark(`m${i}`, (i % 60) * 15 - 450, i / 5 - 300),
  );
  const ids = choose(crowd);
  expect(ids.length).toBeGreaterThan(20);
  expect(ids.length).toBeLessThanOrEqual(MOST_PORTRAITS);
});

test('in a crowd the selected, then the moving, then those shown before come first', () => {
  const crowd = Array.from({ length: 60 }, (_, i) => mark(`m${i}`, i / 10, 0));
  crowd.push(mark('mover', 3, 0, { moving: true }));
  expect(choose(crowd)).toEqual(['mover']);
  expect(choose(crowd, ['m7'])).toEqual(['m7']);
  expect(choose(crowd.slice(0, 60), [], ['m31'])).toEqual(['m31']);
});

test('tells how fast the picture changes, and whether anything moves at all', () => {
  const table = new CrowdBuffer();
  table.put(mark('a', 0, 0), 0, 0);
  expect(prominence(table, camera, 0, new Set(), new Set())).toMatchObject({
    fastest: 0,
    moving: false,
  });
  table.put(mark('a', 100, 0), 0, 10);
  const found = prominence(table, camera, 1, new Set(), new Set());
  expect(found.fastest).toBeCloseTo(10, 3);
  expect(found.moving).toBe(true);
});
