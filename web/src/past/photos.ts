/** Photos of points of interest, as history tells of them. */
import { path } from '../net/api';
import type { HistoryEvent } from '../generated';
import type { Read } from '../net/shape';

export interface Photo {
  /** The friend's key. */
  readonly thing: string;
  /** When it was taken, epoch seconds. */
  readonly at: number;
  readonly lat: number;
  readonly lon: number;
  /** What the place is called; may be empty. */
  readonly name: string;
  readonly hash: string;
  readonly width: number;
  readonly height: number;
}

/** Read the photos among the `events` of an answer; one without a place is left out. Newest first. */
export function readPhotos(list: readonly Read<HistoryEvent>[]): Photo[] {
  const photos: Photo[] = [];
  for (const { sort, thing, tst, lat, lon, hash, poi, width, height } of list) {
    if (sort !== 'photo' || hash === undefined || lat === undefined || lon === undefined) continue;
    const size = { width: width ?? 0, height: height ?? 0 };
    photos.push({ thing, at: tst, lat, lon, name: poi ?? '', hash, ...size });
  }
  return photos.sort((a, b) => b.at - a.at);
}

/** Where the picture is, below the page's own address. */
export function photoUrl({ thing, hash }: Photo): string {
  const [, user = '', device = ''] = thing.split('/', 3);
  return path`photos/${user}/${device}/${hash}`;
}
