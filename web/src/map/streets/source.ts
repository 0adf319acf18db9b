/** A map that the server offers beside the map of the world: streets of a town, or pictures. */
import type { Bounds } from '../bounds';

export interface MapSource {
  /** Unique among the maps of a server. */
  readonly name: string;
  readonly title: string;
  /** `layer`: another picture of the same ground, such as satellite; shown when it is chosen. */
  readonly role: 'base' | 'layer';
  readonly type: 'pmtiles' | 'raster' | 'style';
  /** An address of our own server, absolute, or of another that an admin chose. */
  readonly url: string;
  /** How its tiles name things; empty for pictures and styles. */
  readonly schema: '' | 'protomaps' | 'shortbread' | 'openmaptiles';
  /** Its east is beyond 180 where it crosses the antimeridian. */
  readonly bounds: Bounds;
  readonly minZoom: number;
  readonly maxZoom: number;
  /** Pixels of a side of a picture. */
  readonly tileSize: number;
  readonly credits: readonly Credit[];
}

/** To whom we owe the data, in words, and where more is said of it (empty: nowhere). */
export interface Credit {
  readonly text: string;
  readonly url: string;
}

/** Whether it is drawn by our own style: its names are then ours to place. */
export function isVector({ schema, type }: MapSource): boolean {
  return type === 'pmtiles' && schema !== '';
}

/**
 * What the names of a map's sources and layers begin with. A map that was replaced has others, so
 * that the one before can stay until the new one is drawn.
 */
export function prefixOf({ name, credits: _, title: __, ...drawn }: MapSource): string {
  return `map/${name}/${digestOf(JSON.stringify(drawn))}/`;
}

/** A short word for a text: FNV-1a, which tells the few maps of one name apart. */
function digestOf(text: string): string {
  let sum = 0x811c9dc5;
  for (const letter of text) sum = Math.imul(sum ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return (sum >>> 0).toString(36);
}
