/**
 * Where tiles of other schemas keep what the style draws. A row says: draw this, like the layer of
 * the library with this name, from that layer of the tiles, with that filter. Paint and layout stay
 * the library's, so that all maps look alike; what has no row is not drawn.
 */
import type { Flavor } from '@protomaps/basemaps';

export interface Row {
  readonly like: string;
  readonly layer: string;
  readonly filter?: unknown;
  /** In place of the library's colour, where that asks for what these tiles do not tell. */
  readonly colour?: keyof Flavor;
}

const field = (name: string) => ['get', name];
const among = (name: string, ...values: string[]) => ['in', field(name), ['literal', values]];
const not = (condition: unknown) => ['!', condition];
const all = (...conditions: unknown[]) => ['all', ...conditions];

/** How a schema names the kinds of roads; with it the same rows serve two schemas. */
interface Roads {
  readonly layer: string;
  readonly names: string;
  readonly tunnel: unknown;
  readonly bridge: unknown;
  readonly link: unknown;
  readonly path: unknown;
  readonly service: unknown;
  readonly minor: unknown;
  readonly major: unknown;
  readonly highway: unknown;
  readonly railway: unknown;
}

function roadRows(roads: Roads): Row[] {
  const { layer, tunnel, bridge, link, path, service, minor, major, highway, railway } = roads;
  const street = ['any', service, minor];
  const open = (kind: unknown) => all(kind, not(tunnel), not(bridge), not(link));
  const under = (kind: unknown) => all(kind, tunnel);
  const over = (kind: unknown) => all(kind, bridge, not(link));
  const row = (like: string, filter: unknown): Row => ({ like, layer, filter });
  return [
    row('roads_tunnels_other_casing', under(path)),
    row('roads_tunnels_minor_casing', under(street)),
    row('roads_tunnels_major_casing', under(major)),
    row('roads_tunnels_highway_casing', under(highway)),
    row('roads_tunnels_other', under(path)),
    row('roads_tunnels_minor', under(street)),
    row('roads_tunnels_major', under(major)),
    row('roads_tunnels_highway', under(highway)),
    row('roads_minor_service_casing', open(service)),
    row('roads_minor_casing', open(minor)),
    row('roads_link_casing', all(link, not(tunnel))),
    row('roads_major_casing_late', open(major)),
    row('roads_highway_casing_late', open(highway)),
    row('roads_other', open(path)),
    row('roads_link', all(link, not(tunnel))),
    row('roads_minor_service', open(service)),
    row('roads_minor', open(minor)),
    row('roads_major_casing_early', open(major)),
    row('roads_major', open(major)),
    row('roads_highway_casing_early', open(highway)),
    row('roads_highway', open(highway)),
    row('roads_rail', all(railway, not(tunnel))),
    row('roads_bridges_other_casing', over(path)),
    row('roads_bridges_minor_casing', over(street)),
    row('roads_bridges_major_casing', over(major)),
    row('roads_bridges_other', over(path)),
    row('roads_bridges_minor', over(street)),
    row('roads_bridges_major', over(major)),
    row('roads_bridges_highway_casing', over(highway)),
    row('roads_bridges_highway', over(highway)),
    row('roads_labels_minor', ['any', street, path]),
    row('roads_labels_major', ['any', major, highway]),
  ].map((each) => (each.like.startsWith('roads_labels') ? { ...each, layer: roads.names } : each));
}

const yes = (name: string) => ['==', field(name), true];

const SHORTBREAD_ROADS = roadRows({
  layer: 'streets',
  names: 'street_labels',
  tunnel: yes('tunnel'),
  bridge: yes('bridge'),
  link: yes('link'),
  path: among('kind', 'footway', 'path', 'cycleway', 'steps', 'track', 'bridleway', 'pedestrian'),
  service: among('kind', 'service', 'busway', 'bus_guideway'),
  minor: among('kind', 'residential', 'unclassified', 'living_street', 'road', 'tertiary'),
  major: among('kind', 'primary', 'secondary', 'trunk'),
  highway: among('kind', 'motorway'),
  railway: among(
    'kind',
    'rail',
    'light_rail',
    'tram',
    'subway',
    'narrow_gauge',
    'funicular',
    'monorail',
  ),
});

export const SHORTBREAD: readonly Row[] = [
  { like: 'landuse_beach', layer: 'land', filter: among('kind', 'beach', 'sand') },
  {
    like: 'landuse_urban_green',
    layer: 'land',
    filter: among('kind', 'forest', 'wood'),
    colour: 'wood_b',
  },
  {
    like: 'landuse_urban_green',
    layer: 'land',
    filter: among(
      'kind',
      ...['park', 'garden', 'cemetery', 'golf_course', 'playground', 'recreation_ground'],
      ...['village_green', 'allotments', 'pitch', 'grave_yard'],
    ),
  },
  {
    like: 'landuse_urban_green',
    layer: 'land',
    filter: among('kind', 'grass', 'grassland', 'meadow', 'scrub', 'heath', 'orchard', 'vineyard'),
    colour: 'scrub_b',
  },
  {
    like: 'landuse_industrial',
    layer: 'land',
    filter: among('kind', 'industrial', 'commercial', 'retail', 'railway', 'landfill', 'quarry'),
  },
  { like: 'landuse_hospital', layer: 'sites', filter: among('kind', 'hospital') },
  {
    like: 'landuse_school',
    layer: 'sites',
    filter: among('kind', 'school', 'university', 'college'),
  },
  { like: 'water', layer: 'ocean', colour: 'water' },
  { like: 'water', layer: 'water_polygons', filter: not(among('kind', 'glacier')) },
  {
    like: 'landuse_beach',
    layer: 'water_polygons',
    filter: among('kind', 'glacier'),
    colour: 'glacier',
  },
  { like: 'water_river', layer: 'water_lines', filter: among('kind', 'river', 'canal') },
  { like: 'water_stream', layer: 'water_lines', filter: among('kind', 'stream', 'ditch') },
  { like: 'landuse_pedestrian', layer: 'street_polygons', filter: among('kind', 'pedestrian') },
  { like: 'landuse_runway', layer: 'street_polygons', filter: among('kind', 'runway', 'taxiway') },
  { like: 'landuse_pier', layer: 'pier_polygons' },
  { like: 'buildings', layer: 'buildings' },
  ...SHORTBREAD_ROADS.filter(({ like }) => !like.includes('labels')),
  { like: 'boundaries_country', layer: 'boundaries', filter: ['==', field('admin_level'), 2] },
  { like: 'boundaries', layer: 'boundaries', filter: ['==', field('admin_level'), 4] },
  { like: 'address_label', layer: 'addresses' },
  { like: 'water_waterway_label', layer: 'water_lines_labels' },
  { like: 'water_label_lakes', layer: 'water_polygons_labels' },
  ...SHORTBREAD_ROADS.filter(({ like }) => like.includes('labels')),
  {
    like: 'places_subplace',
    layer: 'place_labels',
    filter: among('kind', 'suburb', 'quarter', 'neighbourhood'),
  },
  {
    like: 'places_locality',
    layer: 'place_labels',
    filter: among('kind', 'capital', 'state_capital', 'city', 'town', 'village', 'hamlet'),
  },
];

const MAPTILES_ROADS = roadRows({
  layer: 'transportation',
  names: 'transportation_name',
  tunnel: ['==', field('brunnel'), 'tunnel'],
  bridge: ['==', field('brunnel'), 'bridge'],
  link: ['==', field('ramp'), 1],
  path: among('class', 'path', 'track'),
  service: among('class', 'service', 'busway'),
  minor: among('class', 'minor', 'tertiary'),
  major: among('class', 'primary', 'secondary', 'trunk'),
  highway: among('class', 'motorway'),
  railway: among('class', 'rail', 'transit'),
});

export const OPENMAPTILES: readonly Row[] = [
  { like: 'landuse_beach', layer: 'landcover', filter: among('class', 'sand') },
  {
    like: 'landuse_urban_green',
    layer: 'landcover',
    filter: among('class', 'wood'),
    colour: 'wood_b',
  },
  {
    like: 'landuse_urban_green',
    layer: 'landcover',
    filter: among('class', 'grass'),
    colour: 'scrub_b',
  },
  { like: 'landuse_beach', layer: 'landcover', filter: among('class', 'ice'), colour: 'glacier' },
  { like: 'landuse_urban_green', layer: 'park' },
  {
    like: 'landuse_urban_green',
    layer: 'landuse',
    filter: among('class', 'cemetery', 'pitch', 'playground', 'stadium', 'zoo', 'theme_park'),
  },
  {
    like: 'landuse_industrial',
    layer: 'landuse',
    filter: among('class', 'industrial', 'commercial', 'retail', 'railway', 'garages'),
  },
  { like: 'landuse_hospital', layer: 'landuse', filter: among('class', 'hospital') },
  {
    like: 'landuse_school',
    layer: 'landuse',
    filter: among('class', 'school', 'university', 'college', 'kindergarten'),
  },
  { like: 'water', layer: 'water', filter: not(['==', field('brunnel'), 'tunnel']) },
  { like: 'water_river', layer: 'waterway', filter: among('class', 'river', 'canal') },
  { like: 'water_stream', layer: 'waterway', filter: among('class', 'stream', 'ditch', 'drain') },
  { like: 'landuse_runway', layer: 'aeroway', filter: ['==', ['geometry-type'], 'Polygon'] },
  { like: 'buildings', layer: 'building' },
  ...MAPTILES_ROADS.filter(({ like }) => !like.includes('labels')),
  {
    like: 'boundaries_country',
    layer: 'boundary',
    filter: all(['==', field('admin_level'), 2], ['!=', field('maritime'), 1]),
  },
  {
    like: 'boundaries',
    layer: 'boundary',
    filter: all(['==', field('admin_level'), 4], ['!=', field('maritime'), 1]),
  },
  { like: 'address_label', layer: 'housenumber' },
  { like: 'water_waterway_label', layer: 'waterway' },
  {
    like: 'water_label_lakes',
    layer: 'water_name',
    filter: ['==', ['geometry-type'], 'Point'],
  },
  ...MAPTILES_ROADS.filter(({ like }) => like.includes('labels')),
  {
    like: 'places_subplace',
    layer: 'place',
    filter: among('class', 'suburb', 'quarter', 'neighbourhood'),
  },
  {
    like: 'places_locality',
    layer: 'place',
    filter: among('class', 'city', 'town', 'village', 'hamlet'),
  },
];
