/** A friend on the map. */
import type { Mark } from '../../map/types';
import { freshnessOf, movesNow } from '../entry';
import type { Entry } from '../entry';
import type { Friend } from './read';

/** What only the page knows about a mark. */
export interface Dressing {
  /** '#rrggbb' */
  readonly colour: string;
  readonly face: string | undefined;
  readonly glideMs: number;
  /** How old the fix is; shown beside the names of those whose position is not of now. */
  readonly ageText: string | undefined;
  /** Server time, epoch seconds. */
  readonly now: number;
}

/** The mark of a friend, or null while no position is known. */
export function markOfFriend(friend: Friend, entry: Entry, dressing: Dressing): Mark | null {
  if (friend.lat === undefined || friend.lon === undefined) return null;
  const moves = movesNow(entry, dressing.now);
  // A position that is old is grey, however lately its phone was heard.
  const { current } = freshnessOf(entry, dressing.now);
  const presence = entry.presence === 'live' && !current ? 'stale' : entry.presence;
  return {
    id: entry.key,
    lng: friend.lon,
    lat: friend.lat,
    kind: 'friend',
    label: shortName(friend.name),
    initials: entry.initials,
    colour: dressing.colour,
    heading: moves ? friend.course : undefined,
    moving: moves,
    presence,
    accuracy: friend.accuracy,
    face: dressing.face,
    glideMs: dressing.glideMs,
    ageText: presence === 'live' ? undefined : dressing.ageText,
  };
}

function shortName(name: string): string {
  return name.split(/\s+/)[0] ?? name;
}
