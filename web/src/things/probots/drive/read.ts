/** What the server shows of driving: leases, guards, alarms, and the log of commands. */
import { t } from '@lingui/core/macro';
import { AlarmShape, CommandLogEntryShape, DrivenShape, GuardStateShape } from '../../../generated';
import type {
  Alarm as AlarmState,
  CommandLogEntry,
  Driven,
  GuardState,
  LeaseGiven,
  StopTimePart,
} from '../../../generated';
import type { Thing } from '../../../net/protocol';
import type { Granted } from '../../../net/requests';
import { readLoosely } from '../../../net/shape';
import type { Read } from '../../../net/shape';
import { grouped } from '../../../ui/numbers';

/** `lease/ProBot1`: somebody drives this robot. Without such a thing it is free. */
export type Lease = Read<Driven> & { readonly robot: string };

/** A state that this page does not know is not taken for moving. */
export function readLease(thing: Thing): Lease {
  const otherwise = { holder: 'somebody', state: 'parked' } as const;
  return { ...readLoosely<Driven>(DrivenShape, thing, otherwise), robot: thing.id };
}

/** Who drives (`called` so), in words for `name`: the same person in another tab is told where the control is. */
export function driverText(lease: Lease, name: string, called = lease.holder): string {
  const self = lease.holder === name;
  const { server } = lease;
  const who = self
    ? server === undefined
      ? t`You drive it in another tab`
      : t`You drive it through server ${server}`
    : server === undefined
      ? t`${called} drives it`
      : t`${called} drives it through server ${server}`;
  return lease.loose ? t`${who} (connection lost)` : who;
}

/** One way to die, and how long a robot goes on then; seconds. */
export type Part = Read<StopTimePart>;

/** `guard/main`: the guard at the broker `main`, and how driving is there. */
export type Guard = Read<GuardState> & { readonly broker: string };

export function readGuard(thing: Thing): Guard {
  // What is not told is no promise.
  const otherwise = { presence: 'offline', stops_within: Infinity } as const;
  return { ...readLoosely<GuardState>(GuardStateShape, thing, otherwise), broker: thing.id };
}

/** Within how many seconds a robot stops if everything dies; "?" when that is not told. */
export function stopText({ stops_within: seconds }: Guard): string {
  const known = Number.isFinite(seconds) ? grouped(seconds) : '?';
  return t`${known} s`;
}

/**
 * `alarm/keys/ProBot1`: somebody else speaks on a command topic; the id is the topic. Or somebody
 * took the server's place at a broker (`taken`), or was refused there (`refused`).
 */
export type Alarm = Read<AlarmState> & { readonly topic: string };

export function readAlarm(thing: Thing): Alarm {
  const otherwise = { what: 'foreign', count: 1 } as const;
  return { ...readLoosely<AlarmState>(AlarmShape, thing, otherwise), topic: thing.id };
}

/** `command/17`: one line of the log. It never changes. */
export type Command = Read<CommandLogEntry>;

export function readCommand(thing: Thing): Command {
  return readLoosely<CommandLogEntry>(CommandLogEntryShape, thing, { n: Number(thing.id) });
}

/** What the server promised with a lease. */
export interface Terms extends Pick<Read<LeaseGiven>, 'silence' | 'keep' | 'stops_within'> {
  readonly fence: number;
}

/** What take, takeover or a granted ask was answered with. */
export function termsOf({ lease, silence, keep, stops_within }: Granted<'take'>): Terms {
  return { fence: lease, silence, keep, stops_within };
}

/** Where each driver is, as admins are told: robot to address. */
export function addressesOf({ drivers }: Granted<'drivers'>): ReadonlyMap<string, string> {
  return new Map(Object.entries(drivers).map(([robot, { address }]) => [robot, address]));
}
