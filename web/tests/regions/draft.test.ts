import { describe, expect, test } from 'vitest';
import {
  begun,
  applied,
  draftOf,
  EMPTY,
  flawsOf,
  requestOf,
  roundLength,
  shapeOf,
} from '../../src/map/draft';
import type { Edit, Drawing } from '../../src/map/draft';
import { destination } from '../../src/map/shapes';
import { frame } from './golden';

const at = (lat: number, lon: number) => ({ lat, lon });
const tap = (lat: number, lon: number): Edit => ({ do: 'tap', at: at(lat, lon), radius: 123.4 });
const particulars = { name: 'Home', colour: 2, shared: true };

function after(drawing: Drawing, ...edits: Edit[]): Drawing {
  return edits.reduce(applied, drawing);
}

const square = after(begun(EMPTY.polygon), tap(0, 0), tap(0, 1), tap(1, 1), tap(1, 0));

describe('a circle', () => {
  test('comes of a touch, with a radius that suits the zoom', () => {
    const { now } = after(begun(EMPTY.circle), tap(52, 5));
    expect(shapeOf(now)).toEqual({ is: 'circle', lat: 52, lon: 5, radius: 125 });
    expect(now.open).toBe(false);
  });

  test('comes of one pull from its middle, which is one step to undo', () => {
    const drawn = after(
      begun(EMPTY.circle),
      { do: 'begin', at: at(52, 5) },
      { do: 'pull', handle: { is: 'rim' }, to: destination(at(52, 5), 45, 200) },
      { do: 'pull', handle: { is: 'rim' }, to: destination(at(52, 5), 90, 452) },
    );
    expect(drawn.now).toMatchObject({ centre: at(52, 5), radius: 450 });
    expect(drawn.now.rim).toBeCloseTo(90, 3);
    expect(applied(drawn, { do: 'undo' }).now).toBe(EMPTY.circle);
  });

  test('is moved by its middle and keeps its size', () => {
    const moved = after(
      begun(draftOf({ is: 'circle', lat: 52, lon: 5, radius: 80 })),
      { do: 'grab', handle: { is: 'centre' }, at: at(52, 5) },
      { do: 'pull', handle: { is: 'centre' }, to: at(10, 181) },
    );
    expect(moved.now).toMatchObject({ centre: at(10, -179), radius: 80 });
  });

  test('that is pulled can go back to where it was', () => {
    const start = begun(draftOf({ is: 'circle', lat: 52, lon: 5, radius: 80 }));
    const reverted = after(
      start,
      { do: 'grab', handle: { is: 'rim' }, at: at(52, 5) },
      { do: 'pull', handle: { is: 'rim' }, to: at(53, 5) },
      { do: 'revert' },
    );
    expect(reverted).toEqual(start);
  });

  test('can be given in numbers from the beginning', () => {
    const typed = after(begun(EMPTY.circle), { do: 'circle', centre: at(1, 2), radius: 333 });
    expect(shapeOf(typed.now)).toEqual({ is: 'circle', lat: 1, lon: 2, radius: 333 });
  });
});

describe('a polygon', () => {
  test('grows by touches until it is finished', () => {
    const finished = after(square, { do: 'finish' }, tap(5, 5));
    expect(finished.now.points).toHaveLength(4);
    expect(finished.now.open).toBe(false);
  });

  test('is not finished before it has three corners', () => {
    const line = after(begun(EMPTY.polygon), tap(0, 0), tap(0, 1), { do: 'finish' });
    expect(line.now.open).toBe(true);
    expect(shapeOf(line.now)).toBeNull();
  });

  test('gets a corner where its side is pulled', () => {
    const pulled = after(
      square,
      { do: 'finish' },
      { do: 'grab', handle: { is: 'middle', n: 1 }, at: at(0.5, 1) },
      { do: 'pull', handle: { is: 'middle', n: 1 }, to: at(0.5, 2) },
    );
    expect(pulled.now.points[2]).toEqual(at(0.5, 2));
    expect(pulled.now.chosen).toBe(2);
    expect(applied(pulled, { do: 'undo' }).now.points).toHaveLength(4);
  });

  test('gets one behind its last corner too', () => {
    const more = applied(square, { do: 'insert', after: 3, at: at(0.5, -1) });
    expect(more.now.points.at(-1)).toEqual(at(0.5, -1));
  });

  test('loses corners, but keeps three when it is finished', () => {
    const edits: Edit[] = [
      { do: 'finish' },
      { do: 'remove', corner: 1 },
      { do: 'remove', corner: 0 },
      { do: 'remove', corner: 7 },
    ];
    expect(after(square, ...edits).now.points).toEqual([at(0, 0), at(1, 1), at(1, 0)]);
  });

  test('is undone step by step to nothing, and no further', () => {
    let drawing = square;
    for (let n = 0; n < 9; n++) drawing = applied(drawing, { do: 'undo' });
    expect(drawing.now).toBe(EMPTY.polygon);
    expect(applied(drawing, { do: 'undo' })).toBe(drawing);
  });

  test('remembers a bounded number of steps', () => {
    let drawing = applied(square, { do: 'finish' });
    for (let n = 0; n < 300; n++) {
      drawing = applied(drawing, { do: 'corner', n: 0, to: at(0, n / 1000) });
    }
    expect(drawing.before.length).toBeLessThanOrEqual(100);
  });

  test('has at most two hundred corners', () => {
    let drawing = begun(EMPTY.polygon);
    for (let n = 0; n < 230; n++) drawing = applied(drawing, tap(n / 10, n / 10));
    expect(drawing.now.points).toHaveLength(200);
  });
});

describe('what is wrong', () => {
  test('is said before anybody asks the server', () => {
    const nameless = { ...particulars, name: ' ' };
    expect(flawsOf(EMPTY.circle, particulars)).toMatchObject([{ about: 'shape' }]);
    expect(flawsOf(square.now, nameless)).toEqual([{ about: 'name', why: 'It needs a name.' }]);
    expect(flawsOf(square.now, particulars)).toEqual([]);
    const line = after(begun(EMPTY.polygon), tap(0, 0), tap(0, 1)).now;
    expect(flawsOf(line, particulars)[0]?.why).toBe('It needs 1 more corner.');
  });

  test('with sides that cross is said with the corners', () => {
    const knot = after(begun(EMPTY.polygon), tap(0, 0), tap(1, 1), tap(0, 1), tap(1, 0)).now;
    expect(flawsOf(knot, particulars)[0]?.why).toBe('Two sides cross: 1–2 and 3–4.');
  });
});

describe('the request', () => {
  test('for a new circle is the golden one', () => {
    const draft = draftOf({ is: 'circle', lat: 52.379189, lon: 4.899431, radius: 120 });
    expect({ ...requestOf(draft, particulars, null), id: 1001, do: 'region' }).toEqual(
      frame('region-request-new'),
    );
  });

  test('for a changed polygon is the golden one, with the version that was edited', () => {
    const draft = draftOf({
      is: 'polygon',
      points: [at(-17, 179.5), at(-17, -178.5), at(-19.5, -178.5)],
    });
    const said = { name: ' Lau islands ', colour: 5, shared: false };
    const edited = { key: 'region/jane/fiji4711', version: 1 };
    expect({ ...requestOf(draft, said, edited), id: 1002, do: 'region' }).toEqual(
      frame('region-request-edit'),
    );
  });
});

test('lengths drawn by hand have no more digits than a hand', () => {
  expect([0.2, 57.4, 457, 4574, 45_743].map(roundLength)).toEqual([1, 57, 455, 4570, 45_700]);
});
