import type { LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';
import { describe, expect, test } from 'vitest';
import { Stack } from '../../src/map/streets/stack';
import type { Sheet } from '../../src/map/streets/stack';

/** A style as the map library keeps it: sources by name, layers in their order. */
function aStyle(...ids: string[]) {
  const sources = new Map<string, unknown>();
  const sprites: string[] = [];
  let layers = [...ids];
  const map = {
    getSource: (id: string) => sources.get(id),
    addSource: (id: string, source: unknown) => void sources.set(id, source),
    removeSource: (id: string) => void sources.delete(id),
    getLayer: (id: string) => (layers.includes(id) ? { id } : undefined),
    addLayer: ({ id }: LayerSpecification, before: string) => {
      expect(layers).toContain(before);
      layers.splice(layers.indexOf(before), 0, id);
    },
    removeLayer: (id: string) => {
      layers = layers.filter((each) => each !== id);
    },
    getSprite: () => sprites,
    addSprite: (id: string) => void sprites.push(id),
    removeSprite: () => void sprites.pop(),
  };
  return { map: map as unknown as MapLibreMap, sources, sprites, layers: () => layers.join(' ') };
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

describe('maps in the style', () => {
  const WORLD = ['coast', 'region-fill', 'accuracy-fill', 'place-dot', 'crowd', 'sea-name'];

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
