/**
 * What the service worker does with a request. It keeps the page itself, which is the same for
 * everybody, and nothing of what the page shows: answers of the API, faces, maps and documents go
 * past it as if it were not there.
 */
import type { Build } from './build';

/**
 * | way     | who asks                            | what is done                                     |
 * |---------|-------------------------------------|--------------------------------------------------|
 * | page    | somebody opens the page             | the server's; the kept one while it is away      |
 * | asset   | a file with a digest in its name    | the kept one; else the server's, which is kept   |
 * | fresh   | a file of the page without one      | the server's; the kept one while it is away      |
 * | network | everything else                     | nothing: the browser asks the server             |
 */
export type Way = 'page' | 'asset' | 'fresh' | 'network';

export interface Asked {
  readonly method: string;
  readonly url: string;
  /** `navigate` when somebody opens a page. */
  readonly mode: string;
  /** Whether a part of a file is asked for. */
  readonly ranged: boolean;
}

/** The page: both are the same file. */
const PAGE = new Set(['', 'index.html']);
/**
 * The map's worker may ask the hosts that its own file's answer names (its Content-Security-Policy):
 * a kept one would not know of those that an admin chose since.
 */
const WORKER = /[.-]worker[.-]/;
/** A file that the build gave a name with a digest in it. */
const DIGESTED = /^assets\/[\w.-]+-[\w-]{8}\.(js|css|woff2|png|svg|json)$/;

/** Say what is done with a request; `scope` is the address below which the page lies. */
export function wayOf(asked: Asked, scope: string, build: Build): Way {
  const path = pathOf(asked.url, scope);
  if (path === null || asked.method !== 'GET' || asked.ranged) return 'network';
  if (asked.mode === 'navigate') return PAGE.has(path) ? 'page' : 'network';
  if (DIGESTED.test(path)) return WORKER.test(path) ? 'fresh' : 'asset';
  return Object.hasOwn(build.files, path) && !PAGE.has(path) ? 'fresh' : 'network';
}

/** The path below the scope, without its query; null when it is none of ours. */
export function pathOf(url: string, scope: string): string | null {
  let asked: URL;
  try {
    asked = new URL(url, scope);
  } catch {
    return null;
  }
  const home = new URL(scope);
  if (asked.origin !== home.origin || !asked.pathname.startsWith(home.pathname)) return null;
  return asked.pathname.slice(home.pathname.length);
}
