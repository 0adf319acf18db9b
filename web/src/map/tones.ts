/**
 * The colours of the base map and of everything the map itself draws on it. People's colours come
 * with the marks; those of panels are the page's (src/theme/tokens.css).
 */
import type { Theme } from './types';

export interface Tones {
  readonly sea: string;
  readonly land: string;
  readonly coast: string;
  /** Two soft lines along the coast, in the sea's own family. */
  readonly glow: string;
  readonly border: string;
  readonly graticule: string;
  /** The fine net, which crosses land. */
  readonly graticuleOnLand: string;
  readonly seaName: string;
  readonly country: string;
  readonly place: string;
  readonly placeDot: string;
  readonly capital: string;
  /** Behind names, so that they read on lines. */
  readonly halo: string;
  /** Round the dots of the crowd. */
  readonly ring: string;
  /** What stale dots fade to. */
  readonly grey: string;
}

export const TONES: Record<Theme, Tones> = {
  dark: {
    sea: '#0a101c',
    land: '#172133',
    coast: '#3a4f6d',
    glow: '#14283f',
    border: '#34455f',
    graticule: '#182439',
    graticuleOnLand: '#1e2a3e',
    seaName: '#4f6484',
    country: '#8a9bb5',
    place: '#a9b7ca',
    placeDot: '#7286a2',
    capital: '#d9e1ec',
    halo: '#121b2a',
    ring: '#0a101c',
    grey: '#7d8899',
  },
  light: {
    sea: '#c9dbe7',
    land: '#f6f4ef',
    coast: '#86a3b8',
    glow: '#e2edf4',
    border: '#c4bdae',
    graticule: '#b7ccda',
    graticuleOnLand: '#e9e6de',
    seaName: '#57788f',
    country: '#77746b',
    place: '#5b5850',
    placeDot: '#9a958a',
    capital: '#2f2d28',
    halo: '#fbfaf7',
    ring: '#ffffff',
    grey: '#8d949c',
  },
};

/** '#rrggbb' as three shares of one, as shaders want it. */
export function shares(hex: string): [number, number, number] {
  const rgb = parseInt(hex.slice(1), 16);
  return [(rgb >> 16) / 255, ((rgb >> 8) & 0xff) / 255, (rgb & 0xff) / 255];
}
