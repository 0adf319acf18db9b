/** A friend on the map. */
import type { Mark } from '../../map/types';
import type { Entry } from '../entry';
import type { Friend } from './read';

/** What only the page knows about a mark. */
export interface Dressing {
  /** '#rrggbb' */
  readonly colour: string;
  readonly face: string | undefined;
  readonly glideMs: number;
  /** How old the fix is; shown beside the names of those who are not live. */
  readonly ageText: string | undefined;
}

/** The mark of a friend, or null while no position is known. */
export function markOfFriend(friend: Friend, entry: Entry, dressing: Dressing): Mark | null {
  if (friend.lat === undefined || friend.lon === undefined) return null;
  return {
    id: entry.key,
    lng: friend.lon,
    lat: friend.lat,
    kind: 'friend',
    label: shortName(friend.name),
    initials: entry.initials,
    colour: dressing.colour,
    heading: entry.moving ? friend.course : undefined,
    moving: entry.moving,
    presence: friend.presence,
    accuracy: friend.accuracy,
    face: dressing.face,
    glideMs: dressing.glideMs,
    ageText: friend.presence === 'live' ? undefined : dressing.ageText,
  };
}

function shortName(name: string): string {
  return name.split(/\s+/)[0] ?? name;
}
