/**
 * Parts of maps that were looked at, kept by the browser, so that they are there without a network
 * and at the next visit. What is kept tells where somebody looked: it goes when they sign out, and
 * visitors by a link keep nothing.
 */

/** Where parts are kept in the browser's Cache Storage. */
const CACHE = 'sightline-maps';
/** At most so many parts, of some 10 to 60 kB each; the oldest go first. */
const MOST_PARTS = 800;
/** So many new parts are kept between two looks at how many there are. */
const LOOK_EVERY = 40;

export interface RangeStore {
  get(url: string, offset: number, length: number): Promise<ArrayBuffer | null>;
  put(url: string, offset: number, length: number, data: ArrayBuffer): void;
  /** Let go of all parts of other files than these: their maps were removed or replaced. */
  keepOnly(urls: readonly string[]): void;
}

/** Keep parts in the browser; null where it has no place for them (a page without https has none). */
export function rangeStore(storage: CacheStorage | undefined = storageHere()): RangeStore | null {
  if (!storage) return null;
  const opened = storage.open(CACHE).catch(() => null);
  let fresh = 0;
  const drop = async (choose: (keys: readonly Request[]) => readonly Request[]) => {
    const cache = await opened;
    if (!cache) return;
    for (const key of choose(await cache.keys())) await cache.delete(key);
  };
  return {
    async get(url, offset, length) {
      try {
        const found = await (await opened)?.match(keyOf(url, offset, length));
        return found ? await found.arrayBuffer() : null;
      } catch {
        return null; // what cannot be read is fetched
      }
    },
    put(url, offset, length, data) {
      const key = keyOf(url, offset, length);
      void opened.then((cache) => cache?.put(key, new Response(data.slice(0)))).catch(nothing);
      if (++fresh % LOOK_EVERY !== 0) return;
      void drop((keys) => keys.slice(0, Math.max(0, keys.length - MOST_PARTS))).catch(nothing);
    },
    keepOnly(urls) {
      const kept = new Set(urls);
      void drop((keys) => keys.filter(({ url }) => !kept.has(url.replace(PART, '')))).catch(
        nothing,
      );
    },
  };
}

/** Let go of everything that is kept: somebody signed out. */
export function forgetRanges(storage: CacheStorage | undefined = storageHere()): void {
  void storage?.delete(CACHE).catch(nothing);
}

const nothing = () => undefined;

const PART = /[?&]part=\d+-\d+$/;

function keyOf(url: string, offset: number, length: number): string {
  return `${url}${url.includes('?') ? '&' : '?'}part=${offset}-${length}`;
}

function storageHere(): CacheStorage | undefined {
  return 'caches' in globalThis ? globalThis.caches : undefined;
}
