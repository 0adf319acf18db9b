import { describe, expect, test } from 'vitest';
import { boundsOf } from '../../src/map/bounds';
import { fineGraticule, fineStep, worldGraticule } from '../../src/map/graticule';
import { Listeners } from '../../src/map/listeners';
import { pause } from '../../src/map/pacing';
import { scaleBar } from '../../src/map/scale';

describe('the scale bar', () => {
  test.each([
    [1000, 100, '100 km'],
    [999, 50, '50 km'],
    [23, 87, '2 km'],
    [0.5, 100, '50 m'],
    [0.004, 50, '20 cm'],
  ])('at %d m a pixel is %d px for %s', (metres, px, text) => {
    expect(scaleBar(metres)).toEqual({ px, text });
  });
});

describe('the bounds of all', () => {
  const at = (...lngs: number[]) => lngs.map((lng, i) => ({ lng, lat: i * 10 }));

  test('are the smallest piece of the world that holds them', () => {
    expect(boundsOf(at(3, -1, 16))).toEqual({ west: -1, south: 0, east: 16, north: 20 });
  });

  test('go across the antimeridian when that is shorter', () => {
    expect(boundsOf(at(179, -179, 170))).toMatchObject({ west: 170, east: 181 });
  });

  test('of one are a point, and of nobody nothing', () => {
    expect(boundsOf(at(7))).toEqual({ west: 7, south: 0, east: 7, north: 0 });
    expect(boundsOf([])).toBeNull();
  });
});

describe('frames', () => {
  test('follow each other at once for what is fast and a second apart for what creeps', () => {
    expect(pause(200)).toBe(0);
    expect(pause(4)).toBe(100);
    expect(pause(0.01)).toBe(1000);
    expect(pause(0)).toBe(1000);
  });
});

describe('the net', () => {
  test('knows the coarsest step of each line', () => {
    const every = worldGraticule().features.map((line) => line.properties.every);
    expect(every.filter((step) => step === 30)).toHaveLength(12 + 5);
    expect(every).toHaveLength(360 + 171);
  });

  test('grows finer only near by', () => {
    expect(fineStep(5)).toBeNull();
    expect(fineStep(10)).toBe(0.1);
    expect(fineStep(14)).toBe(0.01);
  });

  test('leaves out the whole degrees that are there already', () => {
    const net = fineGraticule({ west: 9.85, east: 10.15, south: -0.05, north: 0.15 }, 0.1);
    const lngs = net.features.map(({ geometry }) => geometry.coordinates[0]?.[0]);
    expect(net.features).toHaveLength(3);
    expect(lngs).toEqual([9.9, 10.1, 9.85]);
  });
});

describe('listeners', () => {
  test('hear until they are ended, also when ended twice', () => {
    const heard: number[] = [];
    const listeners = new Listeners<number>();
    const end = listeners.add((n) => heard.push(n));
    listeners.tell(1);
    end();
    end();
    listeners.tell(2);
    expect(heard).toEqual([1]);
  });
});
