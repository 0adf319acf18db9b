import type { MultiLineString, MultiPolygon } from 'geojson';

export interface Atlas {
  readonly type: 'Topology';
}
export interface CountryName {
  readonly at: [number, number];
  readonly name: string;
  readonly rank: number;
}
export function loadAtlas(detail: '110m' | '50m' | '10m'): Atlas;
export function landOf(atlas: Atlas): MultiPolygon;
export function coastOf(atlas: Atlas): MultiLineString;
export function bordersOf(atlas: Atlas): MultiLineString;
export function countryNames(atlas: Atlas): CountryName[];
export function splitAtAntimeridian(line: [number, number][]): [number, number][][];
