/**
 * The colours of streets: calm, so that people stand out. Land, sea and borders are those of the
 * map of the world (../tones.ts), so that no seam is seen where a map begins.
 */
import type { Theme } from '../types';

export interface StreetTones {
  readonly park: string;
  readonly wood: string;
  readonly scrub: string;
  readonly sand: string;
  readonly ice: string;
  readonly farmland: string;
  /** Lakes and rivers; the sea is the world's. */
  readonly water: string;
  /** Schools, hospitals, works: what is of somebody. */
  readonly site: string;
  readonly pedestrian: string;
  readonly building: string;
  readonly buildingEdge: string;
  readonly runway: string;
  readonly path: string;
  readonly service: string;
  readonly minor: string;
  readonly minorCasing: string;
  readonly major: string;
  readonly majorCasing: string;
  readonly highway: string;
  readonly highwayCasing: string;
  readonly tunnel: string;
  readonly tunnelCasing: string;
  readonly railway: string;
  /** Names: of streets, of large streets, of water, of quarters, of towns, and house numbers. */
  readonly street: string;
  readonly largeStreet: string;
  readonly waterName: string;
  readonly quarter: string;
  readonly town: string;
  readonly number: string;
  readonly green: string;
  readonly spot: string;
  /** Behind names of streets. */
  readonly streetHalo: string;
}

export const STREET_TONES: Record<Theme, StreetTones> = {
  dark: {
    park: '#17302f',
    wood: '#152b2c',
    scrub: '#192d33',
    sand: '#262b36',
    ice: '#233149',
    farmland: '#1a2635',
    water: '#0d1b2e',
    site: '#1b2639',
    pedestrian: '#1d293d',
    building: '#212e44',
    buildingEdge: '#2b3a54',
    runway: '#26344c',
    path: '#32425e',
    service: '#293851',
    minor: '#2f405c',
    minorCasing: '#141d2d',
    major: '#33455f',
    majorCasing: '#131b2a',
    highway: '#3a4c6b',
    highwayCasing: '#121a28',
    tunnel: '#212e44',
    tunnelCasing: '#2b3a54',
    railway: '#43546f',
    street: '#bac6d8',
    largeStreet: '#ccd6e4',
    waterName: '#7f9cc4',
    quarter: '#b2bfd3',
    town: '#d9e1ec',
    number: '#97a7be',
    green: '#a5d3b8',
    spot: '#b4c1d4',
    streetHalo: '#121b2a',
  },
  light: {
    park: '#dbead3',
    wood: '#d2e4ca',
    scrub: '#e1ebd6',
    sand: '#f2ead3',
    ice: '#e9f1f5',
    farmland: '#f3f1e4',
    water: '#c9dbe7',
    site: '#f0ece3',
    pedestrian: '#f1eee6',
    building: '#e8e3d9',
    buildingEdge: '#d9d2c5',
    runway: '#e4e2dc',
    path: '#d6cebf',
    service: '#fbfaf8',
    minor: '#ffffff',
    minorCasing: '#d9d1c2',
    major: '#ffffff',
    majorCasing: '#cdc3af',
    highway: '#fbe9c4',
    highwayCasing: '#dcc593',
    tunnel: '#f0ece4',
    tunnelCasing: '#ddd6c9',
    railway: '#b9b2a5',
    street: '#565249',
    largeStreet: '#45423a',
    waterName: '#335d79',
    quarter: '#5d5950',
    town: '#2f2d28',
    number: '#615d54',
    green: '#2f6440',
    spot: '#55514a',
    streetHalo: '#fdfcfa',
  },
};
