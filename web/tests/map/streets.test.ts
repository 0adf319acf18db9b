import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import type { StyleSpecification } from 'maplibre-gl';
import { describe, expect, test } from 'vitest';
import type { Bounds } from '../../src/map/bounds';
import { byDetail, hasStreets, neededFor, startZoom, within } from '../../src/map/streets/choice';
import { groundLayer, sourceOf, streetLayers } from '../../src/map/streets/look';
import { asExpression, boxOf, nameFor, outside, tongues } from '../../src/map/streets/names';
import { readStyle } from '../../src/map/streets/remotestyle';
import { STREET_TONES } from '../../src/map/streets/tones';
import { prefixOf } from '../../src/map/streets/source';
import type { MapSource } from '../../src/map/streets/source';
import { TONES } from '../../src/map/tones';
import { contrastOf } from '../contrastof';

const box = (west: number, south: number, east: number, north: number): Bounds => ({
  west,
  south,
  east,
  north,
});

function aMap(name: string, bounds: Bounds, more: Partial<MapSource> = {}): MapSource {
  return {
    name,
    title: name,
    role: 'base',
    type: 'pmtiles',
    url: `https://here/maps/${name}.pmtiles`,
    schema: 'protomaps',
    bounds,
    minZoom: 0,
    maxZoom: 14,
    tileSize: 512,
    credits: [],
    ...more,
  };
}

const TOWN = aMap('town', box(24.9, 60.1, 25.1, 60.3), { maxZoom: 15 });
const LAND = aMap('land', box(20, 59, 32, 70));
const BESIDE = aMap('beside', box(11, 55, 24, 69));
const WORLD = aMap('world', box(-180, -85, 180, 85));

describe('of several maps', () => {
  const all = byDetail([WORLD, LAND, TOWN, BESIDE]);
  const names = (maps: readonly MapSource[]) => maps.map(({ name }) => name);

  test('the smaller is the more detailed, as long as its data is as fine', () => {
    expect(names(all)).toEqual(['town', 'land', 'beside', 'world']);
    const coarse = aMap('coarse', TOWN.bounds, { maxZoom: 10 });
    expect(names(byDetail([coarse, LAND]))).toEqual(['land', 'coarse']);
  });

  test('the one that covers the view is enough', () => {
    expect(names(neededFor(all, box(24.95, 60.15, 25, 60.2), 14))).toEqual(['town']);
  });

  test('all are drawn of which something is seen', () => {
    expect(names(neededFor(all, box(24.8, 60, 25, 60.2), 14))).toEqual(['town', 'land']);
    expect(names(neededFor(all, box(19, 60, 21, 61), 9))).toEqual(['land', 'beside']);
    expect(neededFor([TOWN], box(2, 48, 3, 49), 14)).toEqual([]);
  });

  test('none is drawn from so far that it is a speck', () => {
    expect(startZoom(TOWN)).toBeGreaterThan(8);
    expect(startZoom(LAND)).toBe(4);
    expect(startZoom(WORLD)).toBe(0);
    expect(names(neededFor(all, box(-60, 0, 60, 80), 2))).toEqual(['world']);
  });

  test('a part names what is in it, and a neighbour does not', () => {
    expect(names(within(LAND, all))).toEqual(['town']);
    expect(names(within(BESIDE, all))).toEqual([]);
    expect(names(within(WORLD, all))).toEqual(['town', 'land', 'beside']);
  });

  test('one beyond the antimeridian is found from either side', () => {
    const fiji = aMap('fiji', box(176, -21, 182, -12));
    expect(names(neededFor([fiji], box(-179.5, -17, -179, -16), 12))).toEqual(['fiji']);
    expect(hasStreets([fiji], -179.2, -16.5)).toBe(true);
    expect(boxOf(fiji.bounds).coordinates).toHaveLength(2);
  });

  test('streets are where a map has them', () => {
    expect(hasStreets(all, 25, 60.2)).toBe(true);
    expect(hasStreets([TOWN], 24, 60.2)).toBe(false);
    expect(hasStreets([{ ...TOWN, maxZoom: 10 }], 25, 60.2)).toBe(false);
    expect(hasStreets([{ ...TOWN, role: 'layer' }], 25, 60.2)).toBe(false);
  });
});

describe('names', () => {
  test.each([
    ['en-GB', ['en']],
    ['nb', ['nb', 'no']],
    ['zh-TW', ['zh-Hant', 'zh']],
    ['zh', ['zh-Hans', 'zh']],
  ])('for %s are looked for under %j', (language, endings) => {
    expect(tongues(language)).toEqual(endings);
  });

  test('are those of the viewer, else the local ones', () => {
    const expression = JSON.stringify(nameFor('fi-FI'));
    expect(expression.indexOf('name:fi')).toBeLessThan(expression.indexOf('"name"'));
  });

  test('filters of the old sort become expressions', () => {
    expect(asExpression(['all', ['in', 'kind', 'a', 'b'], ['!has', 'x']])).toEqual([
      'all',
      ['in', ['get', 'kind'], ['literal', ['a', 'b']]],
      ['!', ['has', 'x']],
    ]);
    const modern = ['==', ['get', 'oneway'], 'yes'];
    expect(asExpression(modern)).toBe(modern);
  });

  test('are left out only where another map has them, and from its zoom on', () => {
    expect(outside(undefined, [])).toBeUndefined();
    const filter = outside(['==', 'kind', 'locality'], [{ bounds: TOWN.bounds, from: 9 }]);
    expect(JSON.stringify(filter)).toContain('["<",["zoom"],9]');
  });
});

/** A whole style with nothing in it but a map. */
function styleOf(map: MapSource, theme: 'light' | 'dark'): StyleSpecification {
  const ground = groundLayer(map, theme);
  const wish = { map, theme, language: 'en', parts: [TOWN] };
  return {
    version: 8,
    sources: {
      [sourceOf(map)]: { type: 'vector', tiles: ['https://here/{z}/{x}/{y}'] },
      [`${prefixOf(map)}ground`]: {
        type: 'geojson',
        data: { type: 'FeatureCollection', features: [] },
      },
    },
    layers: [...(ground ? [ground] : []), ...streetLayers(wish)],
  };
}

describe.each(['protomaps', 'shortbread', 'openmaptiles'] as const)(
  'the style for %s',
  (schema) => {
    const map = aMap('some', LAND.bounds, { schema });

    test.each(['light', 'dark'] as const)('is a good one, %s', (theme) => {
      // What letters are drawn with is no server's (the specification wants one for every style).
      const wrong = validateStyleMin(styleOf(map, theme)).map(({ message }) => message);
      expect(wrong.filter((message) => !message.includes('"glyphs"'))).toEqual([]);
    });

    test('differs between the themes in paint alone', () => {
      const bare = (theme: 'light' | 'dark') =>
        styleOf(map, theme).layers.map(({ paint: _, ...layer }) => layer);
      expect(bare('dark')).toEqual(bare('light'));
    });

    test('draws streets and their names, buildings, water, parks and house numbers', () => {
      const ids = styleOf(map, 'light').layers.map(({ id }) => id.replace(/^map\/some\/\w+\//, ''));
      for (const wanted of [
        'roads_minor',
        'roads_labels_minor',
        'buildings',
        'water',
        'landuse_',
      ]) {
        expect(ids.some((id) => id.startsWith(wanted))).toBe(true);
      }
      const number = styleOf(map, 'light').layers.find(({ id }) => id.includes('address_label'));
      expect(number?.minzoom).toBe(17);
    });

    test('asks for no picture, and for no other font than ours', () => {
      const text = JSON.stringify(styleOf(map, 'light').layers);
      expect(text).not.toContain('icon-image');
      expect(text).not.toContain('Noto');
      const names = styleOf(map, 'light').layers.filter(({ type }) => type === 'symbol');
      for (const { layout } of names) {
        expect(JSON.stringify(layout)).toContain('"Inter Variable"');
      }
    });
  },
);

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  const tone = STREET_TONES[theme];
  const { land, sea, halo } = TONES[theme];
  const grounds = {
    land,
    park: tone.park,
    wood: tone.wood,
    scrub: tone.scrub,
    sand: tone.sand,
    site: tone.site,
    pedestrian: tone.pedestrian,
    building: tone.building,
    minor: tone.minor,
    major: tone.major,
    highway: tone.highway,
    halo,
    streetHalo: tone.streetHalo,
  };

  test.each(['street', 'largeStreet', 'quarter', 'town', 'spot', 'green'] as const)(
    'names (%s) can be read on every ground',
    (ink) => {
      for (const [ground, colour] of Object.entries(grounds)) {
        // Names have a halo of at least a pixel; on the busiest ground they can be read without.
        const least = contrastOf(tone[ink], colour);
        expect([ground, least >= 4.5 || `only ${least.toFixed(2)}`]).toEqual([ground, true]);
      }
    },
  );

  test('house numbers can be read on their houses, and names of water on water', () => {
    expect(contrastOf(tone.number, tone.building)).toBeGreaterThanOrEqual(4.5);
    expect(contrastOf(tone.number, tone.streetHalo)).toBeGreaterThanOrEqual(4.5);
    expect(contrastOf(tone.waterName, sea)).toBeGreaterThanOrEqual(4.5);
    expect(contrastOf(tone.waterName, tone.water)).toBeGreaterThanOrEqual(4.5);
  });
});

describe('a style from elsewhere', () => {
  const style = {
    version: 8,
    glyphs: 'https://there/{fontstack}/{range}.pbf',
    sprite: 'sprites/day',
    sources: { tiles: { type: 'vector', url: 'tiles.json' } },
    layers: [
      { id: 'ground', type: 'background' },
      {
        id: 'names',
        type: 'symbol',
        source: 'tiles',
        'source-layer': 'place',
        layout: { 'text-field': '{name}', 'text-font': ['Noto Sans Bold'] },
      },
    ],
  };

  test('gets names of its own, our letters, and whole addresses', () => {
    const read = readStyle(style, 'map/x/', 'https://there/styles/day.json');
    expect(Object.keys(read.sources)).toEqual(['map/x/tiles']);
    expect(read.sources['map/x/tiles']).toMatchObject({ url: 'https://there/styles/tiles.json' });
    expect(read.layers.map(({ id }) => id)).toEqual(['map/x/ground', 'map/x/names']);
    expect(read.layers[1]).toMatchObject({
      source: 'map/x/tiles',
      layout: { 'text-font': ['Inter Variable SemiBold', 'Inter Variable'] },
    });
    expect(read.sprite).toBe('https://there/styles/sprites/day');
  });

  test.each([null, 'text', { version: 7 }, { version: 8, layers: 3 }])('%j is none', (raw) => {
    expect(() => readStyle(raw, 'map/x/', 'https://there/')).toThrow(/style/);
  });
});
