/** A friend's state as the wire carries it: one device of one person, known through OwnTracks. */
import type { Thing } from '../../net/protocol';
import { field, present } from '../entry';
import type { Presence } from '../entry';

export interface Friend {
  readonly user: string;
  readonly device: string;
  readonly name: string;
  readonly presence: Presence;
  /** Why it is not live: "will", "silence", "broker lost". */
  readonly evidence?: string;
  /** Degrees. */
  readonly lat?: number;
  readonly lon?: number;
  /** Metres. */
  readonly accuracy?: number;
  readonly altitude?: number;
  readonly verticalAccuracy?: number;
  /** km/h and degrees clockwise from north. */
  readonly speed?: number;
  readonly course?: number;
  /** Percent. */
  readonly battery?: number;
  readonly charging: boolean;
  readonly full: boolean;
  readonly network?: string;
  readonly wifi?: string;
  readonly trigger?: string;
  readonly mode?: number;
  /** Kilopascal. */
  readonly pressure?: number;
  readonly poi?: string;
  readonly tag?: string;
  readonly regions: readonly string[];
  /** Time of the fix by the phone's clock, and of its receipt by ours; epoch seconds. */
  readonly tst?: number;
  readonly at?: number;
  /** Seconds by which the phone's clock is ahead of ours; then its times are not to be trusted. */
  readonly ahead?: number;
  /** The message held no time of its own. */
  readonly untimed: boolean;
}

const UNPLUGGED_CHARGING_FULL = { charging: 2, full: 3 };

const known = new WeakMap<Thing, Friend>();

/** Read a friend; the same thing gives the same object. */
export function readFriend(thing: Thing): Friend {
  const before = known.get(thing);
  if (before) return before;
  const slash = thing.id.indexOf('/');
  const user = slash < 0 ? thing.id : thing.id.slice(0, slash);
  const device = slash < 0 ? '' : thing.id.slice(slash + 1);
  const status = field.number(thing, 'bs');
  const friend: Friend = {
    user,
    device,
    name: field.text(thing, 'name') ?? user,
    presence: field.presence(thing),
    charging: status === UNPLUGGED_CHARGING_FULL.charging,
    full: status === UNPLUGGED_CHARGING_FULL.full,
    regions: field.texts(thing, 'inregions'),
    untimed: thing['untimed'] === true,
    ...present({
      evidence: field.text(thing, 'evidence'),
      lat: field.number(thing, 'lat'),
      lon: field.number(thing, 'lon'),
      accuracy: field.number(thing, 'acc'),
      altitude: field.number(thing, 'alt'),
      verticalAccuracy: field.number(thing, 'vac'),
      speed: field.number(thing, 'vel'),
      course: field.number(thing, 'cog'),
      battery: field.number(thing, 'batt'),
      network: field.text(thing, 'conn'),
      wifi: field.text(thing, 'SSID'),
      trigger: field.text(thing, 't'),
      mode: field.number(thing, 'm'),
      pressure: field.number(thing, 'p'),
      poi: field.text(thing, 'poi'),
      tag: field.text(thing, 'tag'),
      tst: field.number(thing, 'tst'),
      at: field.number(thing, 'at'),
      ahead: field.number(thing, 'ahead'),
    }),
  };
  known.set(thing, friend);
  return friend;
}

/** When the newest fix was taken: by the phone's clock, or by ours when that one is ahead. */
export function fixTime(friend: Friend): number | undefined {
  if (friend.ahead !== undefined) return friend.at;
  return friend.tst ?? friend.at;
}

/** Slower than this is standing still with a nervous receiver. km/h. */
const STANDING = 3;

export function isMoving(friend: Friend): boolean {
  return friend.presence === 'live' && (friend.speed ?? 0) >= STANDING;
}
