import { gunzipSync, gzipSync } from 'node:zlib';
import { PMTiles, zxyToTileId, type Source } from 'pmtiles';
import { expect, test } from 'vitest';
import { tileNumber, writePmtiles } from '../../scripts/basemap/pmtiles.mjs';

function reader(archive: Uint8Array<ArrayBuffer>): PMTiles {
  const source: Source = {
    getKey: () => 'memory',
    getBytes: (offset, length) =>
      Promise.resolve({ data: new Uint8Array(archive).slice(offset, offset + length).buffer }),
  };
  const gunzip = (bytes: ArrayBuffer) =>
    Promise.resolve(new Uint8Array(gunzipSync(new Uint8Array(bytes))).buffer);
  return new PMTiles(source, undefined, gunzip);
}

function tile(z: number, x: number, y: number, text = `${z}/${x}/${y}`) {
  return { z, x, y, data: new Uint8Array(gzipSync(text)) };
}

function whole(z: number, text?: string) {
  const tiles = [];
  for (let x = 0; x < 2 ** z; x++) for (let y = 0; y < 2 ** z; y++) tiles.push(tile(z, x, y, text));
  return tiles;
}

async function textAt(archive: PMTiles, z: number, x: number, y: number) {
  const answer = await archive.getZxy(z, x, y);
  return answer && new TextDecoder().decode(answer.data);
}

test('tiles are numbered as the reader numbers them', () => {
  for (const [z, x, y] of [
    [0, 0, 0],
    [1, 0, 1],
    [1, 1, 0],
    [5, 17, 11],
    [14, 8802, 5373],
    [20, 1048575, 0],
  ] as const) {
    expect(tileNumber(z, x, y)).toBe(zxyToTileId(z, x, y));
  }
});

test('every tile written is read back, and no other', async () => {
  const archive = reader(writePmtiles([...whole(0), ...whole(3)], { name: 'test' }));
  expect(await textAt(archive, 0, 0, 0)).toBe('0/0/0');
  expect(await textAt(archive, 3, 5, 2)).toBe('3/5/2');
  expect(await textAt(archive, 3, 0, 7)).toBe('3/0/7');
  expect(await textAt(archive, 2, 0, 0)).toBeUndefined();
});

test('the header says what is inside', async () => {
  const archive = reader(writePmtiles([...whole(1), ...whole(2)], { name: 'test', n: 1 }));
  expect(await archive.getHeader()).toMatchObject({
    specVersion: 3,
    minZoom: 1,
    maxZoom: 2,
    numAddressedTiles: 20,
    numTileContents: 20,
    clustered: true,
    tileType: 1,
    minLon: -180,
    maxLon: 180,
  });
  expect(await archive.getMetadata()).toEqual({ name: 'test', n: 1 });
});

test('equal tiles are stored once', async () => {
  const archive = reader(writePmtiles(whole(4, 'sea'), {}));
  expect(await archive.getHeader()).toMatchObject({
    numAddressedTiles: 256,
    numTileEntries: 1,
    numTileContents: 1,
  });
  expect(await textAt(archive, 4, 9, 9)).toBe('sea');
});

test('an index too large for the first fetch is split into leaves', async () => {
  // Lengths that differ at random, so that the index does not shrink to nothing.
  let seed = 1;
  const noise = () => (seed = (seed * 16807) % 2147483647);
  const tiles = whole(7).map((one) => {
    const bytes = new Uint8Array(20 + (noise() % 400)).map(() => noise() & 0xff);
    return { ...one, data: new Uint8Array(gzipSync(bytes)) };
  });
  const archive = reader(writePmtiles(tiles, {}));
  const header = await archive.getHeader();
  expect(header.leafDirectoryLength).toBeGreaterThan(0);
  expect(header.rootDirectoryLength).toBeLessThanOrEqual(16384 - 127);
  for (const at of [0, 5000, 16383]) {
    const { z, x, y, data } = tiles[at] ?? tile(0, 0, 0);
    const answer = await archive.getZxy(z, x, y);
    expect(new Uint8Array(answer?.data ?? [])).toEqual(new Uint8Array(gunzipSync(data)));
  }
});

test('an archive without tiles is refused', () => {
  expect(() => writePmtiles([], {})).toThrow('at least one tile');
});
