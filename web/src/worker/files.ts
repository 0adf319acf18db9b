/** The files of the page on this device: kept when a build is installed, and how they are asked for. */
import type { Build } from './build';
import { pathOf, wayOf } from './requests';
import type { Way } from './requests';
import type { Scope } from './scope';

const PREFIX = 'sightline-page-';
/** So many builds are kept besides this one, for pages that were opened with them. */
const OLDER = 2;
/** A server that does not answer within so many milliseconds counts as away, where we have the file. */
export const ANSWER_WITHIN = 4000;
/** What a proxy says of a server that is away. */
const AWAY = new Set([502, 503, 504]);

export class Files {
  readonly #scope: Scope;
  readonly #build: Build;

  constructor(scope: Scope, build: Build) {
    this.#scope = scope;
    this.#build = build;
  }

  get #name(): string {
    return PREFIX + this.#build.id;
  }

  /** Keep all files of this build. Rejects when one is not what the build made: it is tried again. */
  async install(): Promise<void> {
    const cache = await this.#scope.caches.open(this.#name);
    await Promise.all(
      Object.entries(this.#build.files).map(async ([path, integrity]) => {
        // The page itself is asked for as everybody asks for it, and not by its file's name.
        const url = this.#url(path === 'index.html' ? '' : path);
        const digested = path.startsWith('assets/');
        const asked = { integrity, credentials: 'same-origin' } as const;
        const response = await this.#scope
          .fetch(url, { ...asked, cache: digested ? 'default' : 'no-cache' })
          // The browser's own cache had another file, or half of it.
          .catch(() => this.#scope.fetch(url, { ...asked, cache: 'reload' }));
        if (!usable(response)) throw new Error(`${url}: ${String(response.status)}`);
        await cache.put(url, response);
      }),
    );
  }

  /** Let go of builds that are too old for any page to have been opened with. */
  async activate(): Promise<void> {
    const { caches } = this.#scope;
    for (const name of outdated(await caches.keys(), this.#name)) await caches.delete(name);
  }

  /** Keep further files that a page used. */
  async keep(urls: readonly string[]): Promise<void> {
    for (const url of urls) {
      const asked = { method: 'GET', url, mode: 'no-cors', ranged: false };
      if (wayOf(asked, this.#scope.registration.scope, this.#build) !== 'asset') continue;
      await this.#asset(new URL(url, this.#scope.registration.scope).href).catch(() => undefined);
    }
  }

  /** Whether a file is one of this build. */
  holds(url: string): boolean {
    const path = pathOf(url, this.#scope.registration.scope);
    return path !== null && Object.hasOwn(this.#build.files, path);
  }

  /** The answer to a request, or null: the browser asks the server itself. */
  answer(request: Request): Promise<Response> | null {
    const ranged = request.headers.has('range');
    const { method, url, mode } = request;
    const way: Way = wayOf(
      { method, url, mode, ranged },
      this.#scope.registration.scope,
      this.#build,
    );
    switch (way) {
      case 'network':
        return null;
      case 'asset':
        return this.#asset(url);
      case 'page':
        return this.#fresh(request, this.#url(''));
      case 'fresh':
        return this.#fresh(request, url);
    }
  }

  #url(path: string): string {
    return new URL(path, this.#scope.registration.scope).href;
  }

  /** Of any build that is kept: an old page's files are there when the server has them no more. */
  async #asset(url: string): Promise<Response> {
    const own = await this.#scope.caches.open(this.#name);
    const kept = (await own.match(url)) ?? (await this.#scope.caches.match(url));
    if (kept) return kept;
    const response = await this.#scope.fetch(url, { credentials: 'same-origin' });
    if (usable(response) && isFile(response)) {
      await own.put(url, response.clone()).catch(() => undefined); // no room: it is there all the same
    }
    return response;
  }

  async #fresh(request: Request, url: string): Promise<Response> {
    const cache = await this.#scope.caches.open(this.#name);
    const kept = await cache.match(url);
    if (!kept) return this.#scope.fetch(request);
    const late = new Promise<undefined>((give) => setTimeout(give, ANSWER_WITHIN));
    const answered = this.#scope.fetch(request).catch(() => undefined);
    const response = await Promise.race([answered, late]);
    return response && !AWAY.has(response.status) ? response : kept;
  }
}

/** The names of caches that hold builds and are no longer needed. `names` are in the order of their making. */
export function outdated(names: readonly string[], now: string): string[] {
  const others = names.filter((name) => name.startsWith(PREFIX) && name !== now);
  return others.slice(0, Math.max(0, others.length - OLDER));
}

/** Whole, and of our own server: not the sign-in page that a proxy sends somebody to. */
function usable(response: Response): boolean {
  return response.status === 200 && response.type === 'basic' && !response.redirected;
}

function isFile(response: Response): boolean {
  return !(response.headers.get('content-type') ?? '').startsWith('text/html');
}
