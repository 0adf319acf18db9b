/**
 * The maps that the server offers, as the map draws them. Those of now, whatever time is looked at:
 * streets of yesterday are the streets of today.
 */
import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { World } from '../../app/world';
import { splitKey } from '../../app/world';
import type { Bounds } from '../../map/bounds';
import type { MapSource } from '../../map/streets/source';
import type { Thing } from '../../net/protocol';
import { readMap } from './read';

export interface OfferedMaps {
  readonly maps: ReadonlySignal<readonly MapSource[]>;
}

export function createMaps(present: World): OfferedMaps {
  const maps = signal<readonly MapSource[]>([]);
  present.onChange((changed) => {
    if (![...changed].some((key) => splitKey(key)[0] === 'map')) return;
    maps.value = [...present.kind('map').values()].flatMap((thing) => sourceOf(thing) ?? []);
  });
  return { maps };
}

/** A map as it is drawn, or null when what is told of it cannot be drawn. */
export function sourceOf(thing: Thing, base = document.baseURI): MapSource | null {
  const { title, role, type, url, schema, attribution, bounds, ...rest } = readMap(thing);
  const area = areaOf(bounds);
  if (area === null) return null;
  const address = absolute(url, base);
  if (address === null) return null;
  return {
    name: thing.id,
    title: title === '' ? thing.id : title,
    role,
    type,
    url: address,
    schema,
    bounds: area,
    minZoom: rest.min_zoom,
    maxZoom: rest.max_zoom,
    tileSize: rest.tile_size,
    credits: attribution.map((credit) => ({ text: credit.text, url: linkOf(credit.url) })),
  };
}

/** What a map covers; null when its four numbers are none. */
function areaOf(raw: unknown): Bounds | null {
  if (!Array.isArray(raw) || raw.length !== 4) return null;
  const corners = raw as unknown[];
  if (!corners.every((each) => typeof each === 'number' && Number.isFinite(each))) return null;
  const [west, south, east, north] = corners as [number, number, number, number];
  return south < north ? { west, south, east: east < west ? east + 360 : east, north } : null;
}

/** Whether a map comes from another server than this one. */
export function isElsewhere({ url }: MapSource, base = document.baseURI): boolean {
  return new URL(url).origin !== new URL(base).origin;
}

/** Addresses of ours are below the page, wherever a proxy puts it; of others only https is taken. */
function absolute(url: string, base: string): string | null {
  if (url.startsWith('/')) return new URL(url.slice(1), base).href;
  return /^https?:\/\//.test(url) ? url : null;
}

function linkOf(url: string): string {
  return url.startsWith('https://') ? url : '';
}
