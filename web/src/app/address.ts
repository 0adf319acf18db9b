/**
 * What of the page is in its address, so that a link shows somebody else the same:
 * `#map?view=5.05/50.6000/6.6000&id=friend/jane/phone`, `#map?at=2026-11-17T13:32:08Z`, `#robots`,
 * `#admin?tab=audit`, `#topics?at=2026-11-17T13:32:08Z` (short for the topics of `#broker`).
 */
import type { View } from '../map/types';
import type { Key } from './world';

export const SECTIONS = [
  'map',
  'alerts',
  'rules',
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
  /** The moment of the past that is looked at, epoch seconds; absent: now. */
  readonly at?: number;
}

/** Read a fragment, with or without its `#`. What cannot be read is left out. */
export function readPlace(fragment: string): Place {
  const [name = '', query = ''] = fragment.replace(/^#/, '').split('?', 2);
  const section = name === 'topics' ? 'broker' : (SECTIONS.find((each) => each === name) ?? 'map');
  const asked = new URLSearchParams(query);
  const [zoom, lat, lng] = (asked.get('view') ?? '').split('/').map(Number);
  const view =
    within(zoom, 0, 24) && within(lat, -90, 90) && within(lng, -540, 540)
      ? { zoom, lat, lng }
      : undefined;
  const selected = asked.get('id') ?? '';
  const tab = name === 'topics' ? name : (asked.get('tab') ?? '');
  const at = readMoment(asked.get('at') ?? '');
  return {
    section,
    ...(view ? { view } : {}),
    ...(selected.includes('/') ? { selected } : {}),
    ...(/^[a-z]{1,20}$/.test(tab) ? { tab } : {}),
    ...(at === null ? {} : { at }),
  };
}

/** A moment such as `2026-11-17T13:32:08Z`, or with an offset; null for what names no moment. */
function readMoment(text: string): number | null {
  // In a query a + is a blank, unless it has been escaped.
  const said = text.replace(/ (\d\d:\d\d)$/, '+$1');
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(said)) return null;
  const at = Date.parse(said) / 1000;
  return Number.isFinite(at) ? at : null;
}

function writeMoment(at: number): string {
  return new Date(Math.round(at) * 1000).toISOString().replace('.000Z', 'Z');
}

export function writePlace(place: Place): string {
  const asked: string[] = [];
  if (place.view) {
    const { zoom, lat, lng } = place.view;
    asked.push(`view=${zoom.toFixed(2)}/${lat.toFixed(4)}/${lng.toFixed(4)}`);
  }
  if (place.tab !== undefined && place.tab !== '') asked.push(`tab=${place.tab}`);
  if (place.at !== undefined) asked.push(`at=${writeMoment(place.at)}`);
  if (place.selected !== undefined) {
    asked.push(`id=${encodeURIComponent(place.selected).replaceAll('%2F', '/')}`);
  }
  return `#${place.section}${asked.length > 0 ? `?${asked.join('&')}` : ''}`;
}

function within(value: number | undefined, low: number, high: number): value is number {
  return value !== undefined && Number.isFinite(value) && value >= low && value <= high;
}
