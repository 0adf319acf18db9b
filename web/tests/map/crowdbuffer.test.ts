import { describe, expect, test } from 'vitest';
import {
  CrowdBuffer,
  HIDDEN,
  OFFLINE,
  POINTS_AHEAD,
  STALE,
  WORDS,
} from '../../src/map/crowdbuffer';
import { toLat, toLng } from '../../src/map/mercator';
import type { Mark } from '../../src/map/types';

const mark = (id: string, lng: number, lat = 0, more: Partial<Mark> = {}): Mark => ({
  id,
  lng,
  lat,
  kind: 'friend',
  label: id,
  initials: id.slice(0, 2),
  colour: '#5aaefb',
  moving: false,
  presence: 'live',
  glideMs: 0,
  ...more,
});

function lngOf(table: CrowdBuffer, id: string, now: number): number {
  const slot = table.slotOf(id);
  expect(slot).toBeDefined();
  return toLng(table.placeOf(slot ?? -1, now, { x: 0, y: 0 }).x);
}
const state = (table: CrowdBuffer, id: string) =>
  table.u32[(table.slotOf(id) ?? -1) * WORDS + 7] ?? 0;

describe('movement', () => {
  test('a new mark is there at once, whatever its glide', () => {
    const table = new CrowdBuffer();
    table.put(mark('a', 10), 5, 30);
    expect(lngOf(table, 'a', 5)).toBeCloseTo(10, 6);
    expect(table.speedOf(0, 5)).toBe(0);
  });

  test('a known mark glides to its new place in the given time', () => {
    const table = new CrowdBuffer();
    table.put(mark('a', 10), 0, 0);
    table.put(mark('a', 20), 1, 10);
    expect(lngOf(table, 'a', 1)).toBeCloseTo(10, 6);
    expect(lngOf(table, 'a', 6)).toBeCloseTo(15, 6);
    expect(lngOf(table, 'a', 11)).toBeCloseTo(20, 6);
    expect(table.speedOf(0, 6)).toBeGreaterThan(0);
    expect(table.speedOf(0, 11)).toBe(0);
  });

  test('a new fix during a glide sends it on from where it is drawn', () => {
    const table = new CrowdBuffer();
    table.put(mark('a', 10), 0, 0);
    table.put(mark('a', 20), 0, 10);
    table.put(mark('a', 5), 5, 10);
    expect(lngOf(table, 'a', 5)).toBeCloseTo(15, 6);
    expect(lngOf(table, 'a', 15)).toBeCloseTo(5, 6);
  });

  test('changing anything but the place leaves a glide alone', () => {
    const table = new CrowdBuffer();
    table.put(mark('a', 10), 0, 0);
    table.put(mark('a', 20), 0, 10);
    table.put(mark('a', 20, 0, { presence: 'stale' }), 5, 10);
    expect(lngOf(table, 'a', 7.5)).toBeCloseTo(17.5, 6);
  });

  test('settling ends all glides at their goals', () => {
    const table = new CrowdBuffer();
    table.put(mark('a', 10), 0, 0);
    table.put(mark('a', 20), 0, 10);
    table.settle();
    expect(lngOf(table, 'a', 0)).toBeCloseTo(20, 6);
  });

  test('moving the zero of the clock changes no picture', () => {
    const table = new CrowdBuffer();
    table.put(mark('a', 10), 0, 0);
    table.put(mark('a', 20, 40), 3600, 10);
    table.rebase(3600);
    expect(lngOf(table, 'a', 5)).toBeCloseTo(15, 6);
    expect(toLat(table.placeOf(0, 10, { x: 0, y: 0 }).y)).toBeCloseTo(40, 6);
  });
});

describe('slots', () => {
  test('the table grows and keeps what it holds', () => {
    const table = new CrowdBuffer(2);
    for (let i = 0; i < 9; i++) table.put(mark(`m${i}`, i), 0, 0);
    expect(table.count).toBe(9);
    expect(table.capacity).toBe(16);
    for (let i = 0; i < 9; i++) expect(lngOf(table, `m${i}`, 0)).toBeCloseTo(i, 6);
  });

  test('growing sends everything to the card again', () => {
    const table = new CrowdBuffer(2);
    table.put(mark('a', 1), 0, 0);
    table.put(mark('b', 2), 0, 0);
    table.takeDirty();
    table.put(mark('c', 3), 0, 0);
    expect(table.takeDirty()).toEqual({ first: 0, last: 2 });
  });

  test('removing fills the gap with the last mark', () => {
    const table = new CrowdBuffer();
    for (const [i, id] of ['a', 'b', 'c'].entries()) table.put(mark(id, i), 0, 0);
    table.takeDirty();
    expect(table.remove('a')).toBe(true);
    expect(table.count).toBe(2);
    expect(table.slotOf('a')).toBeUndefined();
    expect(table.slotOf('c')).toBe(0);
    expect(table.marks.map(({ id }) => id)).toEqual(['c', 'b']);
    expect(lngOf(table, 'c', 0)).toBeCloseTo(2, 6);
    expect(table.takeDirty()).toEqual({ first: 0, last: 0 });
  });

  test('removing the last one needs no upload, and twice is not an error', () => {
    const table = new CrowdBuffer();
    table.put(mark('a', 1), 0, 0);
    table.put(mark('b', 1), 0, 0);
    table.takeDirty();
    expect(table.remove('b')).toBe(true);
    expect(table.remove('b')).toBe(false);
    expect(table.takeDirty()).toBeNull();
  });

  test('a slot used again shows nothing of the mark before', () => {
    const table = new CrowdBuffer();
    table.put(mark('a', 1, 0, { presence: 'stale' }), 0, 0);
    table.setHidden(0, true);
    table.remove('a');
    table.put(mark('b', 2), 0, 30);
    expect(state(table, 'b')).toBe(0);
    expect(lngOf(table, 'b', 0)).toBeCloseTo(2, 6);
  });
});

describe('what the card is sent', () => {
  test('is the range of slots that changed, once', () => {
    const table = new CrowdBuffer();
    for (let i = 0; i < 10; i++) table.put(mark(`m${i}`, i), 0, 0);
    expect(table.takeDirty()).toEqual({ first: 0, last: 9 });
    expect(table.takeDirty()).toBeNull();
    table.put(mark('m7', 1), 1, 0);
    table.put(mark('m3', 1), 1, 0);
    expect(table.takeDirty()).toEqual({ first: 3, last: 7 });
  });

  test('carries colour, heading and presence', () => {
    const table = new CrowdBuffer();
    table.put(mark('a', 0, 0, { colour: '#102030', heading: 90, moving: true }), 0, 0);
    expect((table.u32[6] ?? 0) & 0xffffff).toBe(0x302010);
    expect(state(table, 'a') & 0xffff).toBe(16384);
    expect(state(table, 'a') & POINTS_AHEAD).toBeTruthy();
    table.put(mark('a', 0, 0, { heading: 90, presence: 'stale' }), 0, 0);
    expect(state(table, 'a') & POINTS_AHEAD).toBe(0);
    expect(state(table, 'a') & STALE).toBeTruthy();
    table.put(mark('a', 0, 0, { presence: 'offline' }), 0, 0);
    expect(state(table, 'a') & OFFLINE).toBeTruthy();
  });

  test('is grey for a colour that is none, never an error', () => {
    const table = new CrowdBuffer();
    table.put(mark('a', 0, 0, { colour: 'red; }' }), 0, 0);
    expect((table.u32[6] ?? 0) & 0xffffff).toBe(0x808080);
  });

  test('hides a mark until it is shown again, through changes too', () => {
    const table = new CrowdBuffer();
    table.put(mark('a', 0), 0, 0);
    table.takeDirty();
    table.setHidden(0, true);
    table.put(mark('a', 3), 1, 2);
    expect(state(table, 'a') & HIDDEN).toBeTruthy();
    table.setHidden(0, false);
    expect(state(table, 'a') & HIDDEN).toBe(0);
    table.takeDirty();
    table.setHidden(0, false);
    expect(table.takeDirty()).toBeNull();
  });
});
