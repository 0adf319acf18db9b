/** Matches of a search for places: those of the server's maps, and towns of the world map. Pure. */
import { t } from '@lingui/core/macro';
import type { FoundPlace } from '../../generated';
import type { Town } from '../../map/gazetteer';
import type { Read } from '../../net/shape';
import { plain } from '../names';

export interface Found {
  /** What it is called. */
  readonly name: string;
  /** What it is, and in which town. */
  readonly detail: string;
  readonly lat: number;
  readonly lng: number;
  /** West, south, east, north; a point where its extent is not known. */
  readonly box: readonly [number, number, number, number];
  /** As near as it is shown. */
  readonly zoom: number;
}

/** As many as are listed. */
export const MOST = 6;
const KM_PER_DEGREE = 111.2;
/** A town of the world map is the same as one of ours within so many kilometres. */
const SAME_KM = 25;

const sorts = (): Readonly<Record<FoundPlace['type'], readonly [words: string, zoom: number]>> => ({
  city: [t`City`, 11],
  town: [t`Town`, 12.5],
  village: [t`Village`, 13.5],
  hamlet: [t`Hamlet`, 14.5],
  suburb: [t`Part of town`, 14],
  neighbourhood: [t`Neighbourhood`, 15],
  park: [t`Park`, 15.5],
  street: [t`Street`, 16.5],
  house: [t`Address`, 17.5],
  spot: [t`Place`, 17],
});

/** A match of the server's maps as it is listed. */
export function ofMap(place: Read<FoundPlace>): Found {
  const [words, zoom] = sorts()[place.type];
  const { lat, lon } = place;
  const box = boxOf(place.box) ?? [lon, lat, lon, lat];
  const detail = [place.local, place.town === '' ? words : t`${words} in ${place.town}`];
  return { name: place.name, detail: detail.filter(Boolean).join(' · '), lat, lng: lon, box, zoom };
}

function boxOf(box: unknown): Found['box'] | undefined {
  if (!Array.isArray(box) || box.length !== 4) return undefined;
  const numbers = box.map(Number);
  const [west = NaN, south = NaN, east = NaN, north = NaN] = numbers;
  return numbers.every(Number.isFinite) ? [west, south, east, north] : undefined;
}

/** A town of the world map as it is listed. */
export function ofWorld({ name, lat, lng, reach }: Town): Found {
  const zoom = reach > 6 ? 10 : reach > 2.5 ? 11 : 12;
  return { name, detail: t`Town`, lat, lng, box: [lng, lat, lng, lat], zoom };
}

/** The towns whose names begin with what was typed, the largest and nearest first. */
export function townsNamed(
  towns: Iterable<Town & { readonly search: string }>,
  typed: string,
  from: { readonly lat: number; readonly lng: number },
  most = MOST,
): readonly Town[] {
  const query = plain(typed).trim().replace(/\s+/g, ' ');
  if (query.length < 2) return [];
  const found: { town: Town; rank: number }[] = [];
  for (const town of towns) {
    if (!town.search.startsWith(query) && !town.search.includes(` ${query}`)) continue;
    const whole = town.search === query ? 0 : 1;
    // Ten times as far is as much as three times as large.
    found.push({
      town,
      rank: whole + Math.log10(1 + kmBetween(town, from) / 50) - 2 * Math.log10(town.reach),
    });
  }
  found.sort((a, b) => a.rank - b.rank || (a.town.name < b.town.name ? -1 : 1));
  return found.slice(0, most).map(({ town }) => town);
}

function kmBetween(
  a: { readonly lat: number; readonly lng: number },
  b: { readonly lat: number; readonly lng: number },
): number {
  const across = ((a.lng - b.lng + 540) % 360) - 180;
  const shrink = Math.cos((((a.lat + b.lat) / 2) * Math.PI) / 180);
  return Math.hypot(a.lat - b.lat, across * shrink) * KM_PER_DEGREE;
}

/** Both together: what our own maps know first, no town twice. */
export function together(
  ofMaps: readonly Found[],
  towns: readonly Found[],
  most = MOST,
): readonly Found[] {
  const others = towns.filter(
    (town) =>
      !ofMaps.some((one) => plain(one.name) === plain(town.name) && kmBetween(one, town) < SAME_KM),
  );
  // Some room for each, so that neither hides the other.
  const room = Math.min(others.length, Math.max(2, most - ofMaps.length));
  return [...ofMaps.slice(0, most - room), ...others.slice(0, room)];
}
