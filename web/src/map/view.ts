/**
 * A view as part of an address, `#zoom/lat/lng`, for links that show what the sender saw.
 * Without MapLibre, so that the page can read its address before the map is loaded.
 */
import type { View } from './types';

export const MIN_ZOOM = 1;
export const MAX_ZOOM = 19;

/** As many decimals as tell pixels apart at this zoom, and no more. */
export function formatView({ zoom, lat, lng }: View): string {
  const decimals = Math.max(0, Math.ceil((zoom * Math.LN2 + Math.log(512 / 360)) / Math.LN10));
  return `${+zoom.toFixed(2)}/${lat.toFixed(decimals)}/${lng.toFixed(decimals)}`;
}

/** The view that a hash names (with or without `#`), or null when it names none. */
export function parseView(hash: string): View | null {
  const match = /^#?(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/.exec(hash);
  if (!match) return null;
  const [zoom, lat, lng] = match.slice(1).map(Number) as [number, number, number];
  if (Math.abs(lat) > 90 || Math.abs(lng) > 180) return null;
  return { zoom: Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom)), lat, lng };
}
