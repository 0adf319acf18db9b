/**
 * What of the page is in its address, so that a link shows somebody else the same:
 * `#map?view=5.05/50.6000/6.6000&id=friend/jane/phone`, `#robots`, `#admin?tab=audit`.
 */
import type { View } from '../map/types';
import type { Key } from './world';

export const SECTIONS = [
  'map',
  'robots',
  'broker',
  'console',
  'admin',
  'account',
  'settings',
] as const;
export type Section = (typeof SECTIONS)[number];

export interface Place {
  readonly section: Section;
  readonly view?: View;
  readonly selected?: Key;
  /** Which page of a section that has several. */
  readonly tab?: string;
}

/** Read a fragment, with or without its `#`. What cannot be read is left out. */
export function readPlace(fragment: string): Place {
  const [name = '', query = ''] = fragment.replace(/^#/, '').split('?', 2);
  const section = SECTIONS.find((each) => each === name) ?? 'map';
  const asked = new URLSearchParams(query);
  const [zoom, lat, lng] = (asked.get('view') ?? '').split('/').map(Number);
  const view =
    within(zoom, 0, 24) && within(lat, -90, 90) && within(lng, -540, 540)
      ? { zoom, lat, lng }
      : undefined;
  const selected = asked.get('id') ?? '';
  const tab = asked.get('tab') ?? '';
  return {
    section,
    ...(view ? { view } : {}),
    ...(selected.includes('/') ? { selected } : {}),
    ...(/^[a-z]{1,20}$/.test(tab) ? { tab } : {}),
  };
}

export function writePlace(place: Place): string {
  const asked: string[] = [];
  if (place.view) {
    const { zoom, lat, lng } = place.view;
    asked.push(`view=${zoom.toFixed(2)}/${lat.toFixed(4)}/${lng.toFixed(4)}`);
  }
  if (place.tab !== undefined && place.tab !== '') asked.push(`tab=${place.tab}`);
  if (place.selected !== undefined) {
    asked.push(`id=${encodeURIComponent(place.selected).replaceAll('%2F', '/')}`);
  }
  return `#${place.section}${asked.length > 0 ? `?${asked.join('&')}` : ''}`;
}

function within(value: number | undefined, low: number, high: number): value is number {
  return value !== undefined && Number.isFinite(value) && value >= low && value <= high;
}
