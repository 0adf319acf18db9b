/** What the server shows of driving: leases, guards, alarms, and the log of commands. */
import { isRecord } from '../../../net/protocol';
import type { Answer, Thing } from '../../../net/protocol';
import { field, present } from '../../fields';

/** `lease/ProBot1`: somebody drives this robot. Without such a thing it is free. */
export interface Lease {
  readonly robot: string;
  readonly holder: string;
  /** The number of this lease; a later one has a greater number. */
  readonly fence: number;
  /** Epoch seconds. */
  readonly since?: number;
  readonly state: 'parked' | 'still' | 'moving';
  /** What parked it. */
  readonly why?: string;
  readonly sent?: string;
  /** How long the last command took to the broker and back, in milliseconds. */
  readonly trip?: number;
  /** Who asks for it. */
  readonly asks: readonly string[];
  /** The holder's connection is lost; the lease is kept for them a little. */
  readonly loose: boolean;
  /** Through which other of several servers; absent: through ours. */
  readonly server?: string;
}

export function readLease(thing: Thing): Lease {
  const state = thing['state'];
  return {
    robot: thing.id,
    holder: field.text(thing, 'holder') ?? 'somebody',
    fence: field.number(thing, 'fence') ?? 0,
    state: state === 'still' || state === 'moving' ? state : 'parked',
    asks: field.texts(thing, 'asks'),
    loose: thing['loose'] === true,
    ...present({
      since: field.number(thing, 'since'),
      why: field.text(thing, 'why'),
      sent: field.text(thing, 'sent'),
      trip: field.number(thing, 'trip'),
      server: field.text(thing, 'server'),
    }),
  };
}

/** Who drives, in words for `name`: the same person in another tab is told where the control is. */
export function driverText(lease: Lease, name: string): string {
  const self = lease.holder === name;
  const where =
    lease.server !== undefined ? ` through server ${lease.server}` : self ? ' in another tab' : '';
  const lost = lease.loose ? ' (connection lost)' : '';
  return `${self ? 'You drive' : `${lease.holder} drives`} it${where}${lost}`;
}

/** One way to die, and how long a robot goes on then; seconds. */
export interface Part {
  readonly dies: 'killed' | 'hung' | 'both';
  /** What counts: measured, or the bound as long as nothing was. */
  readonly seconds: number;
  readonly bound: number;
  readonly measured?: number;
}

/** `guard/main`: the guard at the broker `main`, and how driving is there. */
export interface Guard {
  readonly broker: string;
  readonly live: boolean;
  readonly since?: number;
  /** If the server dies or hangs, a robot stops within this; seconds. */
  readonly stopsWithin?: number;
  /** What this is made of. */
  readonly parts: readonly Part[];
  /** Why there is no driving at this broker; absent: there is. */
  readonly refuses?: string;
}

export function readGuard(thing: Thing): Guard {
  return {
    broker: thing.id,
    live: thing['presence'] === 'live',
    parts: readParts(thing['parts']),
    ...present({
      since: field.number(thing, 'since'),
      stopsWithin: field.number(thing, 'stops_within'),
      refuses: field.text(thing, 'driving'),
    }),
  };
}

function readParts(raw: unknown): Part[] {
  if (!Array.isArray(raw)) return [];
  return raw.flatMap((part: unknown) => {
    if (!isRecord(part)) return [];
    const { dies, seconds, bound, measured } = part;
    if (dies !== 'killed' && dies !== 'hung' && dies !== 'both') return [];
    if (typeof seconds !== 'number' || typeof bound !== 'number') return [];
    return [{ dies, seconds, bound, ...(typeof measured === 'number' ? { measured } : {}) }];
  });
}

/**
 * `alarm/keys/ProBot1`: somebody else speaks on a command topic; the id is the topic. Or somebody
 * took the server's place at a broker (`taken`), or was refused there (`refused`).
 */
export interface Alarm {
  readonly topic: string;
  readonly what: 'foreign' | 'retained' | 'taken' | 'refused';
  readonly robot?: string;
  readonly broker?: string;
  readonly since?: number;
  readonly at?: number;
  readonly count: number;
  /** The beginning of the last message; of `taken` and `refused`, from where it came. */
  readonly head: string;
}

const WHATS = ['retained', 'taken', 'refused'] as const;

export function readAlarm(thing: Thing): Alarm {
  return {
    topic: thing.id,
    what: WHATS.find((what) => what === thing['what']) ?? 'foreign',
    count: field.number(thing, 'count') ?? 1,
    head: field.text(thing, 'head') ?? '',
    ...present({
      robot: field.text(thing, 'robot'),
      broker: field.text(thing, 'source'),
      since: field.number(thing, 'since'),
      at: field.number(thing, 'at'),
    }),
  };
}

/** `command/17`: one line of the log. It never changes. */
export interface Command {
  readonly n: number;
  readonly at: number;
  readonly who: string;
  readonly robot: string;
  readonly what: string;
  readonly lease?: number;
  readonly why?: string;
  readonly sent?: string;
  readonly seconds?: number;
  readonly effect?: string;
}

export function readCommand(thing: Thing): Command {
  return {
    n: field.number(thing, 'n') ?? Number(thing.id),
    at: field.number(thing, 'at') ?? 0,
    who: field.text(thing, 'who') ?? '',
    robot: field.text(thing, 'robot') ?? '',
    what: field.text(thing, 'what') ?? '',
    ...present({
      lease: field.number(thing, 'lease'),
      why: field.text(thing, 'why'),
      sent: field.text(thing, 'sent'),
      seconds: field.number(thing, 'seconds'),
      effect: field.text(thing, 'effect'),
    }),
  };
}

/** What the server promised with a lease. */
export interface Terms {
  readonly fence: number;
  /** It stops the robot when no frame came for so long, in milliseconds. */
  readonly silence: number;
  /** Without frames the lease ends after so long, in milliseconds. */
  readonly keep: number;
  /** If the server dies or hangs, the robot stops within so many seconds. */
  readonly stopsWithin?: number;
}

/** The answer to take, takeover or a granted ask; null when it holds no lease. */
export function readTerms(answer: Answer): Terms | null {
  const fence = answer['lease'];
  if (typeof fence !== 'number') return null;
  const number = (name: string) => {
    const value = answer[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  };
  return {
    fence,
    silence: number('silence') ?? 400,
    keep: number('keep') ?? 3000,
    ...present({ stopsWithin: number('stops_within') }),
  };
}

/** Where each driver is, as admins are told: robot to address. */
export function readDrivers(answer: Answer): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (!isRecord(answer['drivers'])) return found;
  for (const [robot, driver] of Object.entries(answer['drivers'])) {
    if (isRecord(driver) && typeof driver['address'] === 'string') {
      found.set(robot, driver['address']);
    }
  }
  return found;
}
