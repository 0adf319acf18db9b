/** A friend on the map. */
import type { TrailSpot } from '../../app/trails';
import type { Mark } from '../../map/types';
import type { Thing } from '../../net/protocol';
import type { Entry } from '../entry';
import type { Dressing, Marker } from '../kind';
import { fixTime, readFriend } from './read';
import type { Friend } from './read';

/** The mark of a friend, or null while no position is known. */
export function markOfFriend(friend: Friend, entry: Entry, dressing: Dressing): Mark | null {
  if (friend.lat === undefined || friend.lon === undefined) return null;
  // A position that is old is grey, however lately its phone was heard.
  const { moving, presence } = dressing.fresh;
  return {
    id: entry.key,
    lng: friend.lon,
    lat: friend.lat,
    kind: 'friend',
    label: shortName(friend.name),
    initials: entry.initials,
    colour: dressing.colour,
    heading: moving ? friend.course : undefined,
    moving,
    presence,
    accuracy: friend.accuracy,
    face: dressing.face,
    glideMs: dressing.glideMs,
    ageText: dressing.ageText,
  };
}

function shortName(name: string): string {
  return name.split(/\s+/)[0] ?? name;
}

/** Where a friend is, for the trail; null without a position or its time. */
function spotOfFriend(thing: Thing): TrailSpot | null {
  const friend = readFriend(thing);
  const at = fixTime(friend);
  if (friend.lat === undefined || friend.lon === undefined || at === undefined) return null;
  return { lng: friend.lon, lat: friend.lat, at, speed: friend.speed };
}

export const friendMarker: Marker = {
  received: (thing) => readFriend(thing).at ?? 0,
  mark: (thing, entry, dressing) => markOfFriend(readFriend(thing), entry, dressing),
  spot: spotOfFriend,
};
