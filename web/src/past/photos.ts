/** Photos of points of interest, as history tells of them. */
import { path } from '../net/api';
import { isRecord } from '../net/protocol';

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

/** Read the photos among the `events` of an answer; what cannot be read is left out. Newest first. */
export function readPhotos(list: unknown): Photo[] {
  if (!Array.isArray(list)) return [];
  const photos: Photo[] = [];
  for (const item of list as unknown[]) {
    if (!isRecord(item) || item['sort'] !== 'photo') continue;
    const { thing, tst, lat, lon, hash, poi } = item;
    if (typeof thing !== 'string' || typeof hash !== 'string') continue;
    if (typeof tst !== 'number' || typeof lat !== 'number' || typeof lon !== 'number') continue;
    const size = (name: string) => (typeof item[name] === 'number' ? item[name] : 0);
    photos.push({
      thing,
      at: tst,
      lat,
      lon,
      name: typeof poi === 'string' ? poi : '',
      hash,
      width: size('width'),
      height: size('height'),
    });
  }
  return photos.sort((a, b) => b.at - a.at);
}

/** Where the picture is, below the page's own address. */
export function photoUrl({ thing, hash }: Photo): string {
  const [, user = '', device = ''] = thing.split('/', 3);
  return path`photos/${user}/${device}/${hash}`;
}
