/** What the panels cover of the map, whichever side they are on. */
import { describe, expect, test } from 'vitest';
import { coveredBy } from '../../src/pages/map/coverage';
import type { Box, Panels } from '../../src/pages/map/coverage';
import { stepAcross } from '../../src/words/direction';

const NONE: Panels = { roster: null, drawer: null, bar: null, banner: null };
const DESKTOP = { wide: 1280, high: 800 };
const PHONE = { wide: 390, high: 844 };
const ACROSS = { wide: 740, high: 360 };

const box = (left: number, right: number, top = 12, bottom = 788): Box => ({
  ...{ left, right, top, bottom },
});

describe('on a desktop', () => {
  test('the list is at the left, the details at the right, the bar below', () => {
    const panels = { ...NONE, roster: box(88, 408), drawer: box(928, 1268) };
    const padding = coveredBy({ ...panels, bar: box(420, 916, 720) }, DESKTOP, false);
    expect(padding).toEqual({ top: 28, left: 432, right: 416, bottom: 96 });
  });

  test('the banner of the past lies above', () => {
    const panels = { ...NONE, roster: box(88, 408), banner: box(425, 865, 12, 68) };
    expect(coveredBy(panels, DESKTOP, false)).toMatchObject({ top: 96, left: 432 });
  });

  test('it is the other way round where lines run to the left', () => {
    const panels = { ...NONE, roster: box(872, 1192), drawer: box(12, 352) };
    const padding = coveredBy({ ...panels, bar: box(364, 860, 720) }, DESKTOP, true);
    expect(padding).toEqual({ top: 28, right: 432, left: 416, bottom: 96 });
  });

  test('without a list there are the sections alone', () => {
    expect(coveredBy(NONE, DESKTOP, false)).toMatchObject({ left: 112, right: 64 });
    expect(coveredBy(NONE, DESKTOP, true)).toMatchObject({ left: 64, right: 112 });
  });

  test('details over the list cover nothing more', () => {
    const panels = { ...NONE, roster: box(88, 408), drawer: box(88, 408) };
    expect(coveredBy(panels, DESKTOP, false)).toMatchObject({ left: 432, right: 64 });
  });
});

describe('on a phone', () => {
  test('the sheet is below, the controls where lines end', () => {
    const panels = { ...NONE, roster: box(0, 390, 500, 779), bar: box(12, 378, 12, 130) };
    const padding = { top: 170, left: 24, right: 56, bottom: 368 };
    expect(coveredBy(panels, PHONE, false)).toEqual(padding);
    expect(coveredBy(panels, PHONE, true)).toEqual({ ...padding, left: 56, right: 24 });
  });

  test('held across, the list is beside the map', () => {
    const padding = coveredBy({ ...NONE, roster: box(0, 333, 0, 295) }, ACROSS, false);
    expect(padding).toEqual({ top: 24, left: 357, right: 56, bottom: 89 });
    const turned = coveredBy({ ...NONE, roster: box(407, 740, 0, 295) }, ACROSS, true);
    expect(turned).toEqual({ top: 24, left: 56, right: 357, bottom: 89 });
  });
});

test('arrow keys go where they point', () => {
  expect(stepAcross('ArrowRight', false)).toBe(1);
  expect(stepAcross('ArrowLeft', false)).toBe(-1);
  expect(stepAcross('ArrowRight', true)).toBe(-1);
  expect(stepAcross('ArrowLeft', true)).toBe(1);
  expect(stepAcross('ArrowUp', true)).toBe(0);
});
