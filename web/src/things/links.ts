/**
 * The links that news come over: ours to the server, and the server's to its brokers. A phone that
 * posts over HTTP needs no broker, so a lost broker says nothing of it.
 */
import type { Link } from './broker/read';

/** What is lost, and the time of the newest news that came over it; epoch seconds. */
export interface Links {
  /** Our own connection to the server; null: it is there. */
  readonly server: { readonly asOf: number } | null;
  /** Brokers that are lost, by name. */
  readonly brokers: ReadonlyMap<string, number | undefined>;
  /** Every broker is lost. */
  readonly allBrokers: boolean;
}

export const ALL_WELL: Links = { server: null, brokers: new Map(), allBrokers: false };

/** The broker of what names none. */
const USUAL = 'main';

/**
 * Whether what came over it is no longer known to be so. Trying to connect changes nothing, and
 * neither does a connection over which nothing came yet.
 */
export function isLost(link: Link): boolean {
  return link.state === 'lost' || link.mute;
}

/** Gather the links; `serverAsOf` is when a lost server was heard last, null while it is not lost. */
export function linksOf(
  serverAsOf: number | null,
  brokers: Iterable<{ readonly id: string; readonly link: Link }>,
): Links {
  const lost = new Map<string, number | undefined>();
  let all = 0;
  for (const { id, link } of brokers) {
    all += 1;
    if (isLost(link)) lost.set(id, link.heard ?? link.since);
  }
  if (lost.size === 0 && serverAsOf === null) return ALL_WELL;
  return {
    server: serverAsOf === null ? null : { asOf: serverAsOf },
    brokers: lost,
    allBrokers: all > 0 && lost.size === all,
  };
}

/** Whether two say the same, so that nothing need be drawn anew. */
export function sameLinks(a: Links, b: Links): boolean {
  return (
    a.server?.asOf === b.server?.asOf &&
    a.allBrokers === b.allBrokers &&
    a.brokers.size === b.brokers.size &&
    [...a.brokers].every(([id, at]) => b.brokers.has(id) && b.brokers.get(id) === at)
  );
}

/** Whether what came this way is cut off, and since when. The link that was lost first counts. */
export function cutOf(
  source: string | undefined,
  { server, brokers }: Links,
): { readonly asOf: number | undefined } | undefined {
  if (server === null && brokers.size === 0) return undefined;
  const name = source ?? USUAL;
  if (!brokers.has(name)) return server ?? undefined;
  const asOf = brokers.get(name);
  if (server === null || asOf === undefined) return { asOf };
  return { asOf: Math.min(asOf, server.asOf) };
}

/**
 * How the picture as a whole stands. It is paused when nothing comes in at all: the server is lost,
 * or every broker while nobody is heard by another way (`others`: how many are).
 */
export interface Whole {
  readonly paused: 'server' | 'brokers' | null;
  readonly asOf: number | undefined;
}

export function wholeOf({ server, brokers, allBrokers }: Links, others: number): Whole {
  const times = [...brokers.values()].filter((at) => at !== undefined);
  const newest = times.length === 0 ? undefined : Math.max(...times);
  if (server !== null) {
    return {
      paused: 'server',
      asOf: allBrokers && others === 0 ? Math.min(server.asOf, newest ?? Infinity) : server.asOf,
    };
  }
  if (allBrokers && others === 0) return { paused: 'brokers', asOf: newest };
  return { paused: null, asOf: undefined };
}
