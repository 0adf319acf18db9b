/**
 * What page and service worker both need and keep on the device, as JSON by name: the words of
 * notifications, this device's subscription, the last picture. It lies in the browser's Cache
 * Storage, which both can reach, and goes when somebody signs out.
 */

const CACHE = 'sightline-kept';

export type StoredName = 'words' | 'device' | 'picture';

export interface DeviceStore {
  get(name: StoredName): Promise<unknown>;
  put(name: StoredName, value: unknown): Promise<void>;
  remove(name: StoredName): Promise<void>;
}

/** None where the browser keeps nothing: a page without https, or a private window. */
export function deviceStoreIn(storage: CacheStorage | undefined, base: string): DeviceStore {
  const open = async () => (storage === undefined ? undefined : storage.open(CACHE));
  const keyOf = (name: StoredName) => new URL(`kept/${name}`, base).href;
  return {
    async get(name) {
      try {
        const found = await (await open())?.match(keyOf(name));
        return found ? ((await found.json()) as unknown) : undefined;
      } catch {
        return undefined;
      }
    },
    async put(name, value) {
      try {
        const answer = new Response(JSON.stringify(value), {
          headers: { 'content-type': 'application/json' },
        });
        await (await open())?.put(keyOf(name), answer);
      } catch {
        // There is no room: what is not kept is not there later, and nothing else is lost.
      }
    },
    async remove(name) {
      try {
        await (await open())?.delete(keyOf(name));
      } catch {
        // What could not be kept need not go.
      }
    },
  };
}
