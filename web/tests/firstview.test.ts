import { describe, expect, test } from 'vitest';
import { forgetView, keepView, lastView } from '../src/app/lastview';
import type { Shelf } from '../src/app/lastview';
import { EVERYBODY } from '../src/app/visitor';
import { firstSeen } from '../src/pages/map/firstview';
import { isElsewhere, sourceOf } from '../src/things/maps/offer';

type Seen = Parameters<typeof firstSeen>[0][number];

function person(id: string, lng: number, lat: number, more: Partial<Seen> = {}): Seen {
  return { id: `friend/${id}/phone`, lng, lat, kind: 'friend', presence: 'live', ...more };
}

const HERE = [person('amy', 24.9, 60.1), person('bob', 25, 60.2), person('cid', 23, 61)];
const AWAY = person('dan', 139, 35);

describe('the map opens', () => {
  test('on all, when they are about one country', () => {
    expect(firstSeen(HERE, 'amy')).toHaveLength(3);
  });

  test('not on the globe, when one is at its other end', () => {
    expect(firstSeen([...HERE, AWAY], 'guest')).toEqual(HERE.map(({ id }) => id));
  });

  test('about the viewer, wherever the others are', () => {
    expect(firstSeen([...HERE, AWAY], 'dan')).toEqual([AWAY.id]);
  });

  test('on people rather than machines, and on those who are there', () => {
    const robot = { ...person('r', 0, 0), id: 'probot/R', kind: 'other' as const };
    const gone = person('eve', 24, 60, { presence: 'offline' });
    expect(firstSeen([robot, gone, ...HERE], '')).toEqual(HERE.map(({ id }) => id));
    expect(firstSeen([robot, gone], '')).toEqual([gone.id]);
    expect(firstSeen([robot], '')).toEqual([robot.id]);
    expect(firstSeen([], '')).toEqual([]);
  });

  test('on neighbours at the antimeridian together', () => {
    const both = [person('x', 179.9, -17), person('y', -179.9, -17), person('z', 0, 50)];
    expect(firstSeen(both, 'x')).toEqual([both[0]?.id, both[1]?.id]);
  });
});

/** The browser's storage. */
function shelf(): Shelf {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

describe('the last view', () => {
  const view = { zoom: 15, lat: 60.1, lng: 24.9 };
  const amy = { ...EVERYBODY, name: 'amy', way: 'account' as const };

  test('is that of the same person, until they sign out', () => {
    const here = shelf();
    keepView(amy, view, here);
    expect(lastView(amy, here)).toEqual(view);
    expect(lastView({ ...amy, name: 'bob' }, here)).toBeUndefined();
    forgetView(here);
    expect(lastView(amy, here)).toBeUndefined();
  });

  test('of a visitor by a link is not kept', () => {
    const here = shelf();
    keepView({ ...amy, way: 'link' }, view, here);
    expect(here.getItem('sightline.view')).toBeNull();
  });

  test.each(['', 'no', '{"who":"amy","zoom":99,"lat":0,"lng":0}', '{"who":"amy","zoom":"3"}'])(
    'stored as %j is none',
    (stored) => {
      const here = shelf();
      here.setItem('sightline.view', stored);
      expect(lastView(amy, here)).toBeUndefined();
    },
  );
});

describe('a map that is offered', () => {
  const thing = {
    k: 'map',
    id: 'town',
    s: 1,
    title: 'Town',
    role: 'base',
    type: 'pmtiles',
    url: '/maps/town-0a.pmtiles',
    schema: 'protomaps',
    bounds: [24, 60, 25, 61],
    min_zoom: 0,
    max_zoom: 15,
    tile_size: 512,
    attribution: [{ text: '© X', url: 'javascript:alert(1)' }],
    size: 1,
    updated: 1,
    places: true,
  };
  const BASE = 'https://here/sightline/';

  test('has its address below the page, and no link that is none', () => {
    const map = sourceOf(thing, BASE);
    expect(map?.url).toBe('https://here/sightline/maps/town-0a.pmtiles');
    expect(map?.credits).toEqual([{ text: '© X', url: '' }]);
    expect(map && isElsewhere(map, BASE)).toBe(false);
  });

  test('may be elsewhere, and go over the antimeridian', () => {
    const far = { ...thing, url: 'https://there/{z}/{x}/{y}.png', bounds: [170, -20, -170, 0] };
    const map = sourceOf(far, BASE);
    expect(map?.bounds).toEqual({ west: 170, south: -20, east: 190, north: 0 });
    expect(map && isElsewhere(map, BASE)).toBe(true);
  });

  test.each([{ bounds: null }, { bounds: [1, 2, 3] }, { bounds: [1, 5, 3, 2] }, { url: 'data:x' }])(
    'with %j is not drawn',
    (wrong) => {
      expect(sourceOf({ ...thing, ...wrong }, BASE)).toBeNull();
    },
  );
});
