/**
 * Writes a PMTiles archive, version 3 (https://github.com/protomaps/PMTiles/blob/main/spec/v3).
 *
 * Knows bytes and tile numbers, not what a tile shows. Tiles are stored along a Hilbert curve
 * ("clustered"), equal tiles once, and the index is split into leaf directories when it would not
 * fit the 16 KiB that every reader fetches first.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

const HEADER_BYTES = 127;
const FIRST_FETCH_BYTES = 16384;
const GZIP = 2;
const VECTOR_TILES = 1;
/** Where Web Mercator ends, degrees. */
const MERCATOR_LATITUDE = 85.0511;

/**
 * The number of a tile: how many tiles all lower zooms have, plus its place on this zoom's curve.
 *
 * @param {number} z
 * @param {number} x
 * @param {number} y
 */
export function tileNumber(z, x, y) {
  let number = (4 ** z - 1) / 3;
  for (let half = 2 ** (z - 1); half >= 1; half /= 2) {
    const right = x & half ? 1 : 0;
    const lower = y & half ? 1 : 0;
    number += half * half * ((3 * right) ^ lower);
    // Turn the quadrant so that the curve inside it begins where the previous quadrant ended.
    if (!lower) {
      if (right) {
        x = half - 1 - (x & (half - 1));
        y = half - 1 - (y & (half - 1));
      }
      [x, y] = [y, x];
    }
  }
  return number;
}

/** Unsigned LEB128; arithmetic, not shifts, because offsets may exceed 32 bits. */
function appendVarint(bytes, value) {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

/** @typedef {{ id: number, run: number, offset: number, length: number }} Entry */

/** @param {Entry[]} entries sorted by id */
function directory(entries) {
  const bytes = [];
  appendVarint(bytes, entries.length);
  entries.forEach((entry, i) => appendVarint(bytes, entry.id - (entries[i - 1]?.id ?? 0)));
  for (const entry of entries) appendVarint(bytes, entry.run);
  for (const entry of entries) appendVarint(bytes, entry.length);
  entries.forEach((entry, i) => {
    const before = entries[i - 1];
    const follows = before && entry.offset === before.offset + before.length;
    appendVarint(bytes, follows ? 0 : entry.offset + 1);
  });
  return gzipSync(Uint8Array.from(bytes), { level: 9 });
}

/** One directory if it fits the first fetch, otherwise a root that points at leaves. */
function directories(entries) {
  const whole = directory(entries);
  if (whole.length <= FIRST_FETCH_BYTES - HEADER_BYTES) return { root: whole, leaves: [] };
  for (let perLeaf = 1024; ; perLeaf *= 2) {
    const pointers = [];
    const leaves = [];
    let offset = 0;
    for (let at = 0; at < entries.length; at += perLeaf) {
      const leaf = directory(entries.slice(at, at + perLeaf));
      pointers.push({ id: entries[at].id, run: 0, offset, length: leaf.length });
      leaves.push(leaf);
      offset += leaf.length;
    }
    const root = directory(pointers);
    if (root.length <= FIRST_FETCH_BYTES - HEADER_BYTES) return { root, leaves };
  }
}

/** Equal tiles share their bytes; neighbours on the curve that are equal share their entry. */
function layOut(tiles) {
  const numbered = tiles
    .map((tile) => ({ id: tileNumber(tile.z, tile.x, tile.y), data: tile.data }))
    .sort((a, b) => a.id - b.id);
  const stored = new Map();
  const blobs = [];
  /** @type {Entry[]} */
  const entries = [];
  let size = 0;
  for (const { id, data } of numbered) {
    const digest = createHash('sha256').update(data).digest('base64');
    let place = stored.get(digest);
    if (!place) {
      place = { offset: size, length: data.length };
      stored.set(digest, place);
      blobs.push(data);
      size += data.length;
    }
    const last = entries.at(-1);
    if (last && last.offset === place.offset && last.id + last.run === id) last.run += 1;
    else entries.push({ id, run: 1, ...place });
  }
  return { entries, blobs, size };
}

/**
 * @param {{ z: number, x: number, y: number, data: Uint8Array }[]} tiles gzipped vector tiles
 * @param {object} metadata stored as JSON: name, attribution, vector_layers
 * @returns {Buffer} the archive
 */
export function writePmtiles(tiles, metadata) {
  if (tiles.length === 0) throw new Error('A PMTiles archive needs at least one tile.');
  const { entries, blobs, size } = layOut(tiles);
  const { root, leaves } = directories(entries);
  const about = gzipSync(JSON.stringify(metadata), { level: 9 });
  const leafBytes = leaves.reduce((sum, leaf) => sum + leaf.length, 0);
  const zooms = tiles.map((tile) => tile.z);

  const header = Buffer.alloc(HEADER_BYTES);
  header.write('PMTiles', 0, 'latin1');
  header[7] = 3;
  let cursor = HEADER_BYTES;
  let field = 8;
  for (const length of [root.length, about.length, leafBytes, size]) {
    header.writeBigUInt64LE(BigInt(cursor), field);
    header.writeBigUInt64LE(BigInt(length), field + 8);
    cursor += length;
    field += 16;
  }
  for (const count of [tiles.length, entries.length, blobs.length]) {
    header.writeBigUInt64LE(BigInt(count), field);
    field += 8;
  }
  header[96] = 1; // clustered
  header[97] = GZIP; // of directories and metadata
  header[98] = GZIP; // of tiles
  header[99] = VECTOR_TILES;
  header[100] = zooms.reduce((a, b) => Math.min(a, b));
  header[101] = zooms.reduce((a, b) => Math.max(a, b));
  [-180, -MERCATOR_LATITUDE, 180, MERCATOR_LATITUDE].forEach((degrees, i) =>
    header.writeInt32LE(Math.round(degrees * 1e7), 102 + 4 * i),
  );
  header[118] = header[100]; // zoom of the centre; the centre itself stays 0, 0
  return Buffer.concat([header, root, about, ...leaves, ...blobs]);
}
