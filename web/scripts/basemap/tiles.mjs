/**
 * Cuts the world into vector tiles with the layers `land`, `coast`, `borders`, `country` and
 * `place`. What each layer looks like is decided in src/map/style.ts.
 */
import { gzipSync } from 'node:zlib';
import { GeoJSONVT } from '@maplibre/geojson-vt';
import { fromGeojsonVt } from '@maplibre/vt-pbf';

/** Deeper tiles would add megabytes but no detail: the data is drawn for 1:10,000,000. */
export const MAX_ZOOM = 6;

/** Least population (thousands) of towns stored per zoom, so that low tiles stay small. */
const LEAST_POP = [Infinity, 9000, 5000, 2500, 900, 220, 0];

const collection = (features) => ({ type: 'FeatureCollection', features });
const shape = (geometry) => collection([{ type: 'Feature', properties: {}, geometry }]);
const point = (at, properties) => ({
  type: 'Feature',
  properties,
  geometry: { type: 'Point', coordinates: at },
});

function index(geojson, options = {}) {
  return new GeoJSONVT(geojson, {
    maxZoom: MAX_ZOOM,
    indexMaxZoom: MAX_ZOOM,
    indexMaxPoints: 0,
    tolerance: 3,
    buffer: 64,
    extent: 4096,
    ...options,
  });
}

const townPoint = ({ at, name, pop, capital }) =>
  point(at, capital ? { name, pop, cap: 1 } : { name, pop });

/**
 * @param {{ land: object, coast: object, borders: object, countries: object[], towns: object[] }} world
 * @param {(share: number) => void} progress
 */
export function cutTiles(world, progress) {
  const land = index(shape(world.land));
  const coast = index(shape(world.coast));
  const borders = index(shape(world.borders));
  const points = { buffer: 0 }; // a name is placed once, by the tile that holds its point
  const country = index(
    collection(world.countries.map(({ at, name, rank }) => point(at, { name, rank }))),
    points,
  );
  const places = LEAST_POP.map((least) =>
    index(collection(world.towns.filter(({ pop }) => pop >= least).map(townPoint)), points),
  );

  const tiles = [];
  for (let z = 0; z <= MAX_ZOOM; z++) {
    const sources = { land, coast, borders, country, place: places[z] };
    for (let x = 0; x < 2 ** z; x++) {
      for (let y = 0; y < 2 ** z; y++) {
        const layers = {};
        for (const [name, source] of Object.entries(sources)) {
          const tile = source.getTile(z, x, y);
          if (tile?.features.length) layers[name] = tile;
        }
        // Open sea is no tile at all: the map shows its background there.
        if (Object.keys(layers).length === 0) continue;
        const bytes = fromGeojsonVt(layers, { version: 2 });
        tiles.push({ z, x, y, data: gzipSync(bytes, { level: 9 }) });
      }
      if (z === MAX_ZOOM) progress((x + 1) / 2 ** z);
    }
  }
  return tiles;
}
