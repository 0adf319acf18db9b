import type { LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Stack } from '../../src/map/streets/stack';
import type { Sheet } from '../../src/map/streets/stack';

/** A style as the map library keeps it: sources by name, layers in their order. */
function aStyle(...ids: string[]) {
  const sources = new Map<string, unknown>();
  const sprites: string[] = [];
  const loading = new Set<string>();
  const filters = new Map<string, unknown>();
  const removed: string[] = [];
  let layers = [...ids];
  const map = {
    getSource: (id: string) => sources.get(id),
    addSource: (id: string, source: unknown) => void sources.set(id, source),
    removeSource: (id: string) => {
      removed.push(id);
      sources.delete(id);
    },
    isSourceLoaded: (id: string) => !loading.has(id),
    getLayer: (id: string) => (layers.includes(id) ? { id } : undefined),
    addLayer: ({ id }: LayerSpecification, before: string) => {
      expect(layers).toContain(before);
      layers.splice(layers.indexOf(before), 0, id);
    },
    moveLayer: (id: string, before: string) => {
      layers = layers.filter((each) => each !== id);
      layers.splice(layers.indexOf(before), 0, id);
    },
    setFilter: (id: string, filter: unknown) => void filters.set(id, filter),
    removeLayer: (id: string) => {
      layers = layers.filter((each) => each !== id);
    },
    addSprite: (_: string, url: string) => void sprites.push(url),
    removeSprite: () => void sprites.pop(),
  };
  return {
    ...{ map: map as unknown as MapLibreMap, sources, sprites, loading, filters, removed },
    layers: () => layers.join(' '),
  };
}

function sheet(name: string, sprite: string | null = null): Sheet {
  const layer = (id: string) => ({ id, type: 'line', source: name }) as LayerSpecification;
  return {
    sources: { [name]: { type: 'vector', tiles: [] } },
    ground: [layer(`${name}-land`), layer(`${name}-road`)],
    names: [layer(`${name}-name`)],
    sprite,
  };
}

const WORLD = ['coast', 'region-fill', 'accuracy-fill', 'place-dot', 'crowd', 'sea-name'];

describe('maps in the style', () => {
  test('lie below regions with their ground, and below the crowd with their names', () => {
    const style = aStyle(...WORLD);
    new Stack(style.map).show([['a', sheet('a')]]);
    expect(style.layers()).toBe(
      'coast a-land a-road region-fill accuracy-fill a-name place-dot crowd sea-name',
    );
  });

  test('lie on each other, the more detailed above, whichever came first', () => {
    const style = aStyle(...WORLD);
    const stack = new Stack(style.map);
    const [a, b, c] = [sheet('a'), sheet('b'), sheet('c')];
    stack.show([['b', b]]);
    stack.show([
      ['a', a],
      ['b', b],
      ['c', c],
    ]);
    expect(style.layers()).toBe(
      'coast c-land c-road b-land b-road a-land a-road region-fill accuracy-fill ' +
        'c-name b-name a-name place-dot crowd sea-name',
    );
  });

  test('go without a trace, and leave the others alone', () => {
    const style = aStyle(...WORLD);
    const stack = new Stack(style.map);
    const b = sheet('b');
    stack.show([
      ['a', sheet('a', 'https://there/sprite')],
      ['b', b],
    ]);
    expect(style.sprites).toHaveLength(1);
    stack.show([['b', b]]);
    expect([...style.sources.keys()]).toEqual(['b']);
    expect(style.sprites).toHaveLength(0);
    stack.show([]);
    expect(style.layers()).toBe(WORLD.join(' '));
  });
});

describe('a map that another replaces', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A map of which version 1 is drawn, and version 2 is put in its place. */
  function replaced() {
    const style = aStyle(...WORLD);
    const stack = new Stack(style.map);
    stack.show([['a 1', sheet('a1', 'https://there/1')]]);
    style.loading.add('a2');
    stack.show([['a 2', sheet('a2', 'https://there/2')]]);
    return { ...style, stack };
  }

  const BOTH =
    'coast a1-land a1-road a2-land a2-road region-fill accuracy-fill ' +
    'a1-name a2-name place-dot crowd sea-name';
  const NEW = 'coast a2-land a2-road region-fill accuracy-fill a2-name place-dot crowd sea-name';

  test('stays below it until it is drawn, and goes then', () => {
    const { layers, loading, sources, sprites } = replaced();
    vi.advanceTimersByTime(5000);
    expect(layers()).toBe(BOTH);
    expect(sprites).toEqual(['https://there/1']);
    loading.clear();
    vi.advanceTimersByTime(1000);
    expect(layers()).toBe(NEW);
    expect([...sources.keys()]).toEqual(['a2']);
    expect(sprites).toEqual(['https://there/2']);
  });

  test('does not wait for ever for one that does not come', () => {
    const { layers } = replaced();
    vi.advanceTimersByTime(11_000);
    expect(layers()).toBe(NEW);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that is wanted again lies above the other, and nothing of it was loaded anew', () => {
    const { stack, layers, removed } = replaced();
    stack.show([['a 1', sheet('a1')]]);
    vi.advanceTimersByTime(11_000);
    expect(layers()).toBe(
      'coast a1-land a1-road region-fill accuracy-fill a1-name place-dot crowd sea-name',
    );
    expect(removed).toEqual(['a2']);
  });

  test('leaves nothing to do when the map is closed', () => {
    const { stack } = replaced();
    stack.lost();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('keeps its tiles when it only leaves names to a new part of it', () => {
    const style = aStyle(...WORLD);
    const stack = new Stack(style.map);
    const land = sheet('land');
    stack.show([['land', land]]);
    const filter = ['has', 'name'] as never;
    const names = [{ ...land.names[0], filter } as LayerSpecification];
    stack.show([
      ['town', sheet('town')],
      ['land town', { ...land, names }],
    ]);
    vi.advanceTimersByTime(1000);
    expect(style.removed).toEqual([]);
    expect(style.filters.get('land-name')).toBe(filter);
    expect(style.layers()).toBe(
      'coast land-land land-road town-land town-road region-fill accuracy-fill ' +
        'land-name town-name place-dot crowd sea-name',
    );
  });
});
