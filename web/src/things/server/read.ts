/** What our own server says about itself, and the messages it could not read. */
import { ExceededShape, QuarantinedShape, ServerShape } from '../../generated';
import type { Exceeded, Https, Quarantined, Server } from '../../generated';
import type { Thing } from '../../net/protocol';
import { readLoosely } from '../../net/shape';
import type { Read } from '../../net/shape';

/** The certificate the server itself serves; behind a proxy there is none. */
export type Certificate = Read<Https>;

export type ServerState = Read<Server>;

export function readServer(thing: Thing): ServerState {
  return readLoosely<Server>(ServerShape, thing);
}

/** Counts by a reason, most first. */
export function mostFirst(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

/** `quota/owntracks/jane`: messages of this sender are refused. For admins. */
export type Refusal = Read<Exceeded> & { readonly sender: string };

export function readExceeded(thing: Thing): Refusal {
  return { ...readLoosely<Exceeded>(ExceededShape, thing, { count: 1 }), sender: thing.id };
}

export type QuarantinedMessage = Read<Quarantined>;

export function readQuarantined(thing: Thing): QuarantinedMessage {
  return readLoosely<Quarantined>(QuarantinedShape, thing, { n: Number(thing.id) });
}
