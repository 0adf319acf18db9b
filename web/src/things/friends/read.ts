/** A friend's state as the wire carries it: one device of one person, known through OwnTracks. */
import type { Friend as FriendState } from '../../generated';
import type { Thing } from '../../net/protocol';
import { fieldsOf, present } from '../fields';
import type { Presence } from '../entry';

const field = fieldsOf<FriendState>();

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
  /** Seconds by which the phone's clock is always ahead of ours; negative: behind. */
  readonly clock?: number;
  /** Receipt of the newest message from it, where that is not the fix's; epoch seconds. */
  readonly heard?: number;
  /** Why a newer fix is not believed; the friend stays where it was. */
  readonly doubt?: string;
  /** The broker the fix came over. */
  readonly source: string;
  /** The message held no time of its own. */
  readonly untimed: boolean;
}

const UNPLUGGED_CHARGING_FULL = { charging: 2, full: 3 };

const known = new WeakMap<Thing, Friend>();

function doubted(doubt: unknown): string | undefined {
  const why = (doubt as { why?: unknown } | null | undefined)?.why;
  return typeof why === 'string' ? why : undefined;
}

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
    source: field.text(thing, 'source') ?? 'main',
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
      clock: field.number(thing, 'clock'),
      heard: field.number(thing, 'heard'),
      doubt: doubted(thing['doubt']),
    }),
  };
  known.set(thing, friend);
  return friend;
}

/**
 * When the newest fix was taken: by the phone's clock, less what that is known to be ahead; or by
 * ours when it is ahead for once.
 */
export function fixTime(friend: Friend): number | undefined {
  if (friend.clock !== undefined && friend.tst !== undefined) {
    return Math.min(friend.tst - friend.clock, friend.at ?? Infinity);
  }
  if (friend.ahead !== undefined) return friend.at;
  return friend.tst ?? friend.at;
}

/** When anything was heard of it last: a fix that came late, the same once more, an event. */
export function contactTime(friend: Friend): number | undefined {
  return friend.heard ?? friend.at;
}
