/** A friend in one line of the roster. */
import { t } from '@lingui/core/macro';
import type { Thing } from '../../net/protocol';
import { keyOf } from '../../app/world';
import { present } from '../fields';
import { colourOf, initialsOf, orderOf, plain } from '../names';
import type { Entry } from '../entry';
import { contactTime, fixTime, readFriend } from './read';

export function summariseFriend(thing: Thing): Entry {
  const friend = readFriend(thing);
  return {
    key: keyOf('friend', thing.id),
    group: 'friends',
    name: friend.name,
    qualifier: friend.device,
    initials: initialsOf(friend.name),
    colour: colourOf(friend.user),
    presence: friend.presence,
    charging: friend.charging,
    place: friend.regions[0] ?? friend.poi ?? '',
    note: friend.lat === undefined || friend.lon === undefined ? t`No position yet` : '',
    search: plain([friend.name, thing.id, ...friend.regions, friend.poi ?? ''].join(' ')),
    order: orderOf(friend.name),
    ...present({
      heard: contactTime(friend),
      fixed: fixTime(friend),
      battery: friend.battery,
      position:
        friend.lat === undefined || friend.lon === undefined
          ? undefined
          : { lat: friend.lat, lon: friend.lon },
      speed: friend.speed,
      source: friend.source,
    }),
  };
}
