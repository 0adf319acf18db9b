/**
 * Land, coast, borders and country names from the Natural Earth data in the `world-atlas` package,
 * made fit for a flat map. Knows geometry, not tiles.
 *
 * The package's shapes are made for a sphere, which sets three traps for a flat renderer:
 *  1. polygons run across the antimeridian in one piece and would become bands round the world;
 *  2. rounding has turned some specks inside out, and on a sphere that means "all but the speck";
 *  3. cutting polygons leaves false coast along ±180° and the pole.
 * So land is cut (1) after the specks are repaired (2), and lines are taken from the uncut
 * topology, where the false edges (3) do not exist, and split by ourselves.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { geoArea, geoEquirectangular } from 'd3-geo';
import { geoProject } from 'd3-geo-projection';
import polylabel from 'polylabel';
import { feature, mesh } from 'topojson-client';

const resolve = createRequire(import.meta.url).resolve;
const HALF_SPHERE = 2 * Math.PI;
const EARTH_RADIUS_KM = 6371;

/**
 * Degrees in, degrees out, y downwards: used only because projecting cuts at the antimeridian.
 * Not turned up with `reflectY`: rings are told from holes by their direction on the screen, and a
 * mirrored Caspian Sea would come out as land.
 */
const PLATE_CARREE = geoEquirectangular()
  .scale(180 / Math.PI)
  .translate([0, 0])
  .precision(0);

/** @param {'110m' | '50m' | '10m'} detail */
export function loadAtlas(detail) {
  return JSON.parse(readFileSync(resolve(`world-atlas/countries-${detail}.json`), 'utf8'));
}

const sphericalArea = (ring) => geoArea({ type: 'Polygon', coordinates: [ring] });
const isRing = (ring) => new Set(ring.map(String)).size >= 3;
const polygonsOf = (geometry) =>
  geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;

/** Specks that rounding flattened are dropped, those it turned inside out are turned back. */
function repaired(geometry) {
  const polygons = [];
  for (const [shell, ...holes] of polygonsOf(geometry)) {
    if (!isRing(shell)) continue;
    const outside = sphericalArea(shell) > HALF_SPHERE ? shell.toReversed() : shell;
    polygons.push([outside, ...holes.filter(isRing)]);
  }
  return { type: 'MultiPolygon', coordinates: polygons };
}

/** The polygons of a geometry, cut at the antimeridian. */
function flattened(geometry) {
  const shape = { type: 'Feature', properties: {}, geometry: repaired(geometry) };
  return polygonsOf(geoProject(shape, PLATE_CARREE).geometry).map((polygon) =>
    polygon.map((ring) => ring.map(([x, y]) => [x, -y])),
  );
}

/** All land as one flat MultiPolygon. */
export function landOf(atlas) {
  const land = feature(atlas, atlas.objects.land);
  const shapes = land.type === 'FeatureCollection' ? land.features : [land];
  const polygons = shapes.flatMap((shape) => flattened(shape.geometry));
  return { type: 'MultiPolygon', coordinates: polygons };
}

/**
 * A line without steps across the antimeridian: it ends on one edge of the map and begins again
 * on the other.
 *
 * @param {[number, number][]} line
 * @returns {[number, number][][]}
 */
export function splitAtAntimeridian(line) {
  const parts = [];
  let part = [];
  line.forEach((point, i) => {
    const before = line[i - 1];
    if (before && Math.abs(point[0] - before[0]) > 180) {
      const edge = before[0] > 0 ? 180 : -180;
      const unrolled = point[0] + 2 * edge;
      const share = unrolled === before[0] ? 0 : (edge - before[0]) / (unrolled - before[0]);
      const latitude = before[1] + share * (point[1] - before[1]);
      part.push([edge, latitude]);
      parts.push(part);
      part = [[-edge, latitude]];
    }
    part.push(point);
  });
  parts.push(part);
  return parts.filter((p) => p.length > 1);
}

/** Both ends on ±180° or at the south pole: an edge of the drawing, not of the land. */
const isFalseEdge = (a, b) =>
  (Math.abs(a[0]) > 179.99 && Math.abs(b[0]) > 179.99) || (a[1] < -85 && b[1] < -85);

function withoutFalseEdges(line) {
  const parts = [];
  let part = [];
  line.forEach((point, i) => {
    const before = line[i - 1];
    if (before && isFalseEdge(before, point)) {
      parts.push(part);
      part = [];
    }
    part.push(point);
  });
  parts.push(part);
  return parts.filter((p) => p.length > 1);
}

function linesBetween(atlas, chosen) {
  const lines = mesh(atlas, atlas.objects.countries, chosen);
  const coordinates = lines.coordinates.flatMap(splitAtAntimeridian).flatMap(withoutFalseEdges);
  return { type: 'MultiLineString', coordinates };
}

/** Where land meets sea. */
export const coastOf = (atlas) => linesBetween(atlas, (a, b) => a === b);
/** Where two countries meet. */
export const bordersOf = (atlas) => linesBetween(atlas, (a, b) => a !== b);

/** The data abbreviates for small maps; a zoomable one has room for the name. */
const FULL_NAMES = {
  'Antigua and Barb.': 'Antigua and Barbuda',
  'Ashmore and Cartier Is.': 'Ashmore and Cartier Islands',
  'Bosnia and Herz.': 'Bosnia and Herzegovina',
  'Br. Indian Ocean Ter.': 'British Indian Ocean Territory',
  'British Virgin Is.': 'British Virgin Islands',
  'Cayman Is.': 'Cayman Islands',
  'Central African Rep.': 'Central African Republic',
  'Cook Is.': 'Cook Islands',
  'Coral Sea Is.': 'Coral Sea Islands',
  'Dem. Rep. Congo': 'DR Congo',
  'Dominican Rep.': 'Dominican Republic',
  'Eq. Guinea': 'Equatorial Guinea',
  eSwatini: 'Eswatini',
  'Faeroe Is.': 'Faroe Islands',
  'Falkland Is.': 'Falkland Islands',
  'Fr. Polynesia': 'French Polynesia',
  'Fr. S. Antarctic Lands': 'French Southern Lands',
  'Heard I. and McDonald Is.': 'Heard and McDonald Islands',
  'Indian Ocean Ter.': 'Indian Ocean Territories',
  Macao: 'Macau',
  Macedonia: 'North Macedonia',
  'Marshall Is.': 'Marshall Islands',
  'N. Cyprus': 'Northern Cyprus',
  'N. Mariana Is.': 'Northern Mariana Islands',
  'Pitcairn Is.': 'Pitcairn Islands',
  'S. Geo. and the Is.': 'South Georgia',
  'S. Sudan': 'South Sudan',
  'Solomon Is.': 'Solomon Islands',
  'St. Kitts and Nevis': 'Saint Kitts and Nevis',
  'St. Pierre and Miquelon': 'Saint Pierre and Miquelon',
  'St. Vin. and Gren.': 'Saint Vincent and the Grenadines',
  'St-Barthélemy': 'Saint Barthélemy',
  'St-Martin': 'Saint Martin',
  'Turks and Caicos Is.': 'Turks and Caicos Islands',
  'U.S. Virgin Is.': 'US Virgin Islands',
  'United States of America': 'United States',
  'W. Sahara': 'Western Sahara',
  'Wallis and Futuna Is.': 'Wallis and Futuna',
};

/**
 * Bases, reefs and disputed strips: drawn by their borders, not named like a country. And one
 * continent, whose middle is the pole that this map does not reach.
 */
const UNNAMED = new Set([
  'Akrotiri',
  'Antarctica',
  'Bajo Nuevo Bank',
  'Baikonur',
  'Clipperton I.',
  'Cyprus U.N. Buffer Zone',
  'Dhekelia',
  'Scarborough Reef',
  'Serranilla Bank',
  'Siachen Glacier',
  'Spratly Is.',
  'U.S. Minor Outlying Is.',
  'USNB Guantanamo Bay',
]);

/** Square kilometres from which a country's name belongs to rank 0, 1, 2, 3; below it is 4. */
const RANK_AREAS_KM2 = [3e6, 6e5, 1.2e5, 2e4];

/** Names of countries, each at the middle of its largest part; rank 0 is the largest. */
export function countryNames(atlas) {
  const names = [];
  for (const country of feature(atlas, atlas.objects.countries).features) {
    const name = country.properties.name;
    if (UNNAMED.has(name)) continue;
    let largest = null;
    let area = 0;
    for (const polygon of flattened(country.geometry)) {
      // d3 measures clockwise rings; either way round, a country is the smaller side.
      const around = sphericalArea(polygon[0]);
      const size = Math.min(around, 2 * HALF_SPHERE - around);
      if (size > area) [largest, area] = [polygon, size];
    }
    if (!largest) continue;
    const km2 = area * EARTH_RADIUS_KM ** 2;
    const belongs = RANK_AREAS_KM2.findIndex((least) => km2 > least);
    names.push({
      at: middleOf(largest),
      name: FULL_NAMES[name] ?? name,
      rank: belongs < 0 ? RANK_AREAS_KM2.length : belongs,
    });
  }
  return names.sort((a, b) => a.rank - b.rank);
}

/** The point farthest from the outline, measured with east-west distances as short as they look. */
function middleOf(polygon) {
  const outline = polygon[0];
  const latitude = outline.reduce((sum, point) => sum + point[1], 0) / outline.length;
  const squeeze = Math.cos((latitude * Math.PI) / 180);
  const squeezed = polygon.map((ring) => ring.map(([lng, lat]) => [lng * squeeze, lat]));
  const [x, y] = polylabel(squeezed, 0.1);
  return [x / squeeze, y];
}
