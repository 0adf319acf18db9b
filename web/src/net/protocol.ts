/**
 * The frames of the browser protocol (WebSocket subprotocol `sightline.1`, JSON text), which the
 * server declares: reading what it sent, and building what the page sends. News are read by hand:
 * they are many. Golden examples of every frame are in tests/wire, which the server's tests read
 * too.
 *
 * Unknown fields are ignored, so that an older page can listen to a newer server.
 */

import type {
  AnswerFrame,
  BeatFrame,
  ChangedThing,
  HeardFrame,
  HelloFrame,
  NewsFrame,
  SubscriptionFrame,
} from '../generated';
import { isRecord } from './record';

export const SUBPROTOCOL = 'sightline.1';

/** How many characters of a malformed frame a complaint quotes. */
const QUOTED = 80;

/** A thing as it came: `k` kind, `id` within the kind, `s` number of its last change, then its state. */
export interface Thing extends ChangedThing {
  readonly gone?: true;
}

/** A thing's name across kinds: `friend/jane/phone`. */
export type Key = string;

/** How well a thing is heard. */
export type Presence = 'live' | 'stale' | 'offline';

/** Up to where a picture of the world is complete, and in which numbering. */
export interface Cursor {
  readonly epoch: string | null;
  readonly seq: number;
}

/** The first frame, as far as the page needs it. */
export interface Hello extends Pick<HelloFrame, 't' | 'epoch' | 'server' | 'now' | 'beat'> {
  readonly user: { readonly name: string; readonly role: string };
  /** Greatest size of a message we may send, in bytes; absent when the server did not say. */
  readonly messageLimit?: number;
  /** The same for what is published by hand; absent for those who may not. */
  readonly publishLimit?: number;
}

export type News = Required<Omit<NewsFrame, 'things'>> & { readonly things: readonly Thing[] };

export interface Answer extends Pick<AnswerFrame, 't' | 'id' | 'ok'> {
  readonly code?: string;
  readonly why?: string;
  readonly [field: string]: unknown;
}

/** For this page alone and outside the numbering: what its console asked to hear or to see. */
export interface Aside {
  readonly t: (HeardFrame | SubscriptionFrame)['t'] | 'topics';
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A frame of a sort this page does not know: kept for the console, otherwise ignored. */
export interface Other {
  readonly t: 'other';
  readonly was: string;
}

export type ServerFrame = Hello | News | Answer | BeatFrame | Aside | Other;

/** The server sent something that is no frame of this protocol; the message is for people. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** Read one frame from the server. Throws Malformed. */
export function parseFrame(text: string): ServerFrame {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw new Malformed(`not JSON: ${text.slice(0, QUOTED)}`);
  }
  if (!isRecord(raw)) throw new Malformed(`not an object: ${text.slice(0, QUOTED)}`);
  const kind = raw['t'];
  switch (kind) {
    case 'hello':
      return hello(raw);
    case 'news':
      return news(raw);
    case 'answer':
      return answer(raw);
    case 'beat':
      return { t: 'beat', now: number(raw, 'now'), seq: number(raw, 'seq') };
    case 'heard':
    case 'sub':
    case 'topics':
      return { t: kind, fields: raw };
    default:
      if (typeof kind !== 'string') throw new Malformed('a frame without "t"');
      return { t: 'other', was: kind };
  }
}

function hello(raw: Record<string, unknown>): Hello {
  const user = isRecord(raw['user']) ? raw['user'] : {};
  const limits = isRecord(raw['limits']) ? raw['limits'] : {};
  const limit = limits['message'];
  return {
    t: 'hello',
    epoch: string(raw, 'epoch'),
    server: string(raw, 'server'),
    user: { name: textOr(user['name'], 'guest'), role: textOr(user['role'], 'viewer') },
    now: number(raw, 'now'),
    beat: number(raw, 'beat'),
    ...(typeof limit === 'number' ? { messageLimit: limit } : {}),
    ...(typeof limits['publish'] === 'number' ? { publishLimit: limits['publish'] } : {}),
  };
}

function news(raw: Record<string, unknown>): News {
  const things = raw['things'];
  if (!Array.isArray(things)) throw new Malformed('news without things');
  for (const thing of things as unknown[]) {
    if (
      !isRecord(thing) ||
      typeof thing['k'] !== 'string' ||
      typeof thing['id'] !== 'string' ||
      typeof thing['s'] !== 'number'
    ) {
      throw new Malformed('news with a thing that lacks k, id or s');
    }
  }
  const missed: Record<string, number> = {};
  if (isRecord(raw['missed'])) {
    for (const [kind, count] of Object.entries(raw['missed'])) {
      if (typeof count === 'number') missed[kind] = count;
    }
  }
  return {
    t: 'news',
    seq: number(raw, 'seq'),
    whole: raw['whole'] === true,
    more: raw['more'] === true,
    missed,
    things: things as Thing[],
  };
}

function answer(raw: Record<string, unknown>): Answer {
  if (typeof raw['ok'] !== 'boolean') throw new Malformed('an answer without "ok"');
  return { ...raw, t: 'answer', id: number(raw, 'id'), ok: raw['ok'] };
}

/** The first frame of a connection: what we know already. */
export function resumeFrame(epoch: string | null, seq: number): string {
  return JSON.stringify({ t: 'resume', epoch, seq: epoch === null ? 0 : seq });
}

/** A request; the answer will carry the same id. */
export function requestFrame(id: number, request: string, fields: object = {}): string {
  return JSON.stringify({ ...fields, id, do: request });
}

function number(raw: Record<string, unknown>, field: string): number {
  const value = raw[field];
  if (typeof value !== 'number')
    throw new Malformed(`${String(raw['t'])} without number "${field}"`);
  return value;
}

function string(raw: Record<string, unknown>, field: string): string {
  const value = raw[field];
  if (typeof value !== 'string') throw new Malformed(`${String(raw['t'])} without text "${field}"`);
  return value;
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
