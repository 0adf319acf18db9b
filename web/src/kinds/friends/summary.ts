/** A friend in one line of the roster. */
import type { Thing } from '../../wire';
import { keyOf } from '../../world';
import { position } from '../../figures';
import { colourOf, initialsOf, plain, present } from '../entry';
import type { Entry } from '../entry';
import { fixTime, isMoving, readFriend } from './read';
import type { Friend } from './read';

export function summariseFriend(thing: Thing): Entry {
  const friend = readFriend(thing);
  const order = plain(friend.name);
  return {
    key: keyOf('friend', thing.id),
    group: 'friends',
    name: friend.name,
    qualifier: friend.device,
    initials: initialsOf(friend.name),
    colour: colourOf(friend.user),
    presence: friend.presence,
    moving: isMoving(friend),
    charging: friend.charging,
    places: placesOf(friend),
    note: '',
    search: plain([friend.name, thing.id, ...friend.regions, friend.poi ?? ''].join(' ')),
    order,
    ...present({
      heard: fixTime(friend),
      battery: friend.battery,
      speed: isMoving(friend) ? friend.speed : undefined,
    }),
  };
}

/** Where a friend is, in the best words there are. */
function placesOf(friend: Friend): readonly string[] {
  if (friend.regions.length > 0) return friend.regions;
  if (friend.poi !== undefined) return [friend.poi];
  if (friend.lat === undefined || friend.lon === undefined) return ['No position yet'];
  return [position(friend.lat, friend.lon, 2)];
}
