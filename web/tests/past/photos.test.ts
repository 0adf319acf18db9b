import { describe, expect, test } from 'vitest';
import { photoUrl, readPhotos } from '../../src/past/photos';
import { thingOf } from '../../src/pages/map/entrymarks';

const PHOTO = {
  sort: 'photo',
  thing: 'friend/jäne/phone 1',
  tst: 7,
  at: 8,
  hash: 'ab12',
  width: 1280,
  height: 960,
} as const;
const PLACED = { ...PHOTO, lat: 48.5, lon: 2.5 };
const CAFE = { ...PLACED, poi: 'Café' };

describe('photos of places', () => {
  test('are read from events, the newest first; what cannot be read is left out', () => {
    const found = readPhotos([CAFE, { ...PLACED, tst: 9 }, { ...CAFE, sort: 'crossing' }, PHOTO]);
    expect(found.map(({ at, name }) => [at, name])).toEqual([
      [9, ''],
      [7, 'Café'],
    ]);
  });

  test('have an address whatever the names are', () => {
    const [photo] = readPhotos([CAFE]);
    expect(photo && photoUrl(photo)).toBe('photos/j%C3%A4ne/phone%201/ab12');
  });

  test('stand on the map for whoever took them', () => {
    expect(thingOf('photo/friend/jane/phone/ab12')).toBe('friend/jane/phone');
    expect(thingOf('friend/jane/phone')).toBe('friend/jane/phone');
    expect(thingOf(null)).toBeNull();
  });
});
