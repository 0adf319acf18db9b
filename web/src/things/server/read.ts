/** What our own server says about itself, and the messages it could not read. */
import { isRecord } from '../../net/protocol';
import type { Thing } from '../../net/protocol';
import { field, present } from '../fields';

/** The certificate the server itself serves; behind a proxy there is none. */
export interface Certificate {
  readonly names: readonly string[];
  readonly issuer?: string;
  /** Epoch seconds; absent: there is no certificate yet. */
  readonly expires?: number;
  readonly standing?: string;
  /** What is wrong with its files, while the one before stays in use. */
  readonly fault?: string;
}

/** What the server cannot write just now, and why. */
export interface Trouble {
  /** full, readonly, locked, damaged or failing. */
  readonly reason: string;
  readonly why: string;
  /** Epoch seconds. */
  readonly since: number;
}

export interface ServerState {
  readonly version?: string;
  readonly started?: number;
  readonly received?: number;
  readonly accepted?: number;
  /** How many messages were rejected, by reason. */
  readonly rejected: readonly (readonly [reason: string, count: number])[];
  /** Messages per second. */
  readonly rate?: number;
  readonly viewers?: number;
  /** Worst delay of the server's loop in the last second, milliseconds. */
  readonly lag?: number;
  readonly overflow?: number;
  /** Frames to pages, per second. */
  readonly frames?: number;
  /** Pages that are catching up. */
  readonly behind?: number;
  /** Messages waiting between the network and the server. */
  readonly queue?: number;
  /** Messages of ours that a broker did not take in time. */
  readonly unsent?: number;
  /** Mistakes of the server that were caught. */
  readonly faults?: number;
  readonly things?: number;
  /** Subscriptions of all consoles, and messages they were too slow for. */
  readonly console?: number;
  readonly consoleDropped?: number;
  /** In the topic trees. */
  readonly topics?: number;
  /** Of the history: where it is kept, what waits to be safe there, and why nothing can be kept. */
  readonly store?: string;
  readonly backlog?: number;
  /** Seconds that the oldest of it has waited. */
  readonly backlogAge?: number;
  readonly kept?: number;
  /** Records that found no room, and messages that found none on their way into the archive. */
  readonly unkept?: number;
  readonly archiveLost?: number;
  readonly historyWhy?: string;
  readonly historyRows?: number;
  readonly historyBytes?: number;
  /** The time of its oldest entry, epoch seconds. */
  readonly historySince?: number;
  /** Commands of browsers that were refused, by reason; most first. */
  readonly refused: readonly (readonly [reason: string, count: number])[];
  /** Connections there was no room for. */
  readonly turnedAway?: number;
  readonly certificate?: Certificate;
  /** Of several servers, this one's name; absent: it is alone. */
  readonly replica?: string;
  /** Whether it does what only one of them should. */
  readonly onDuty: boolean;
  /** What cannot be done, and why: what they share cannot be reached. */
  readonly sharedWhy?: string;
  readonly degraded?: Trouble;
  /** What is wrong with the server's clock. */
  readonly clockWhy?: string;
}

/** Counts by a reason, most first. */
function counts(raw: unknown): [string, number][] {
  if (!isRecord(raw)) return [];
  return Object.entries(raw)
    .filter((each): each is [string, number] => typeof each[1] === 'number')
    .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

function readCertificate(value: unknown): Certificate | undefined {
  if (!isRecord(value)) return undefined;
  const part: Thing = { ...value, k: 'certificate', id: 'sightline', s: 0 };
  return {
    names: field.texts(part, 'names'),
    ...present({
      issuer: field.text(part, 'issuer'),
      expires: field.number(part, 'expires'),
      standing: field.text(part, 'standing'),
      fault: field.text(part, 'fault'),
    }),
  };
}

function readTrouble(value: unknown): Trouble | undefined {
  if (!isRecord(value)) return undefined;
  const part: Thing = { ...value, k: 'trouble', id: 'sightline', s: 0 };
  const why = field.text(part, 'why');
  if (why === undefined) return undefined;
  const reason = field.text(part, 'reason') ?? 'failing';
  return { reason, why, since: field.number(part, 'since') ?? 0 };
}

export function readServer(thing: Thing): ServerState {
  return {
    rejected: counts(thing['rejected']),
    refused: counts(thing['refused']),
    onDuty: thing['on_duty'] === true,
    ...present({
      version: field.text(thing, 'version'),
      started: field.number(thing, 'started'),
      received: field.number(thing, 'received'),
      accepted: field.number(thing, 'accepted'),
      rate: field.number(thing, 'rate'),
      viewers: field.number(thing, 'viewers'),
      lag: field.number(thing, 'lag'),
      overflow: field.number(thing, 'overflow'),
      frames: field.number(thing, 'frames'),
      behind: field.number(thing, 'behind'),
      queue: field.number(thing, 'queue'),
      unsent: field.number(thing, 'unsent'),
      faults: field.number(thing, 'faults'),
      things: field.number(thing, 'things'),
      console: field.number(thing, 'console'),
      consoleDropped: field.number(thing, 'console_dropped'),
      topics: field.number(thing, 'topics'),
      store: field.text(thing, 'store'),
      backlog: field.number(thing, 'backlog'),
      backlogAge: field.number(thing, 'backlog_age'),
      kept: field.number(thing, 'kept'),
      unkept: field.number(thing, 'unkept'),
      archiveLost: field.number(thing, 'archive_lost'),
      historyWhy: field.text(thing, 'history_why'),
      historyRows: field.number(thing, 'history_rows'),
      historyBytes: field.number(thing, 'history_bytes'),
      historySince: field.number(thing, 'history_since'),
      turnedAway: field.number(thing, 'turned_away'),
      certificate: readCertificate(thing['https']),
      replica: field.text(thing, 'replica'),
      sharedWhy: field.text(thing, 'shared_why'),
      degraded: readTrouble(thing['degraded']),
      clockWhy: field.text(thing, 'clock_why'),
    }),
  };
}

/** `quota/owntracks/jane`: messages of this sender are refused. For admins. */
export interface Exceeded {
  readonly sender: string;
  readonly why: string;
  readonly at?: number;
  readonly count: number;
}

export function readExceeded(thing: Thing): Exceeded {
  return {
    sender: thing.id,
    why: field.text(thing, 'why') ?? '',
    count: field.number(thing, 'count') ?? 1,
    ...present({ at: field.number(thing, 'at') }),
  };
}

export interface Quarantined {
  readonly n: number;
  readonly at?: number;
  readonly source: string;
  readonly topic: string;
  readonly counter: string;
  readonly why: string;
  readonly size?: number;
  readonly head: string;
}

export function readQuarantined(thing: Thing): Quarantined {
  return {
    n: field.number(thing, 'n') ?? Number(thing.id),
    source: field.text(thing, 'source') ?? '',
    topic: field.text(thing, 'topic') ?? '',
    counter: field.text(thing, 'counter') ?? 'unknown',
    why: field.text(thing, 'why') ?? '',
    head: field.text(thing, 'head') ?? '',
    ...present({ at: field.number(thing, 'at'), size: field.number(thing, 'size') }),
  };
}
