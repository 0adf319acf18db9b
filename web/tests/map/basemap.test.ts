import { describe, expect, test, vi } from 'vitest';
import { grouped, RememberingSource } from '../../src/map/basemap';
import { forgetRanges, rangeStore } from '../../src/map/rangestore';

// The module also registers itself with MapLibre, which no test here needs.
vi.mock('maplibre-gl', () => ({ addProtocol: vi.fn() }));

const FILE = Uint8Array.from({ length: 100 }, (_, i) => i);

function server(knowsRanges: boolean) {
  return vi.fn<typeof fetch>((_, options) => {
    const range = new Headers(options?.headers).get('Range') ?? '';
    const [from = 0, to = 0] = range.replace('bytes=', '').split('-').map(Number);
    return Promise.resolve(
      knowsRanges
        ? new Response(FILE.slice(from, to + 1), { status: 206 })
        : new Response(FILE, { headers: { 'Content-Length': '100' } }),
    );
  });
}
const bytes = async (answer: Promise<{ data: ArrayBuffer }>) => [
  ...new Uint8Array((await answer).data),
];

test('a range is fetched once, even when asked for twice at a time', async () => {
  const get = server(true);
  const source = new RememberingSource('world', { most: 9, get });
  expect(await Promise.all([source.getBytes(3, 2), source.getBytes(3, 2)].map(bytes))).toEqual([
    [3, 4],
    [3, 4],
  ]);
  expect(await bytes(source.getBytes(3, 2))).toEqual([3, 4]);
  expect(get).toHaveBeenCalledTimes(1);
});

test('the range used least recently is forgotten first', async () => {
  const get = server(true);
  const source = new RememberingSource('world', { most: 2, get });
  for (const offset of [1, 2, 1, 3, 1]) await source.getBytes(offset, 1);
  expect(get).toHaveBeenCalledTimes(3);
  await source.getBytes(2, 1);
  expect(get).toHaveBeenCalledTimes(4);
});

test('a server that does not know ranges is asked once and cut up here', async () => {
  const source = new RememberingSource('world', { most: 9, get: server(false) });
  expect(await bytes(source.getBytes(10, 3))).toEqual([10, 11, 12]);
  expect(await bytes(source.getBytes(0, 2))).toEqual([0, 1]);
});

test('a failure is told in words and not remembered', async () => {
  const get = vi.fn<typeof fetch>(() => Promise.resolve(new Response('', { status: 404 })));
  const source = new RememberingSource('world', { most: 9, get });
  await expect(source.getBytes(0, 1)).rejects.toThrow('not on the server');
  await expect(source.getBytes(0, 1)).rejects.toThrow('not on the server');
  expect(get).toHaveBeenCalledTimes(2);
});

describe('parts that are asked for together', () => {
  test('come in one request when they lie together, with what is between', async () => {
    const get = server(true);
    const source = new RememberingSource('world', { get });
    const parts = [source.getBytes(10, 5), source.getBytes(2, 3), source.getBytes(20, 1)];
    expect(await Promise.all(parts.map(bytes))).toEqual([[10, 11, 12, 13, 14], [2, 3, 4], [20]]);
    expect(get).toHaveBeenCalledTimes(1);
  });

  test('come by themselves when they are far apart, or would be too much', () => {
    const part = (offset: number, length: number) => ({ offset, length });
    const groups = grouped([part(900_000, 9), part(0, 9), part(4000, 9), part(900_020, 2e6)]);
    expect(groups.map((group) => group.length)).toEqual([2, 1, 1]);
  });

  test('all learn why nothing came', async () => {
    const get = vi.fn<typeof fetch>(() => Promise.resolve(new Response('', { status: 404 })));
    const source = new RememberingSource('x', { title: 'The map “Town”', get });
    const parts = [source.getBytes(1, 1), source.getBytes(3, 1)];
    for (const part of parts) await expect(part).rejects.toThrow('The map “Town” is not on');
  });
});

/** The browser's Cache Storage, as far as it is used. */
function shelf() {
  const kept = new Map<string, Response>();
  const cache = {
    match: (key: string) => Promise.resolve(kept.get(key)?.clone()),
    put: (key: string, response: Response) => Promise.resolve(void kept.set(key, response)),
    keys: () => Promise.resolve([...kept.keys()].map((url) => ({ url }))),
    delete: ({ url }: { url: string }) => Promise.resolve(kept.delete(url)),
  };
  const storage = {
    open: () => Promise.resolve(cache),
    delete: () => Promise.resolve(void kept.clear()),
  } as unknown as CacheStorage;
  return { kept, storage };
}

describe('what was looked at', () => {
  const URL = 'https://here/maps/town-1.pmtiles';

  test('is there at the next visit without a network', async () => {
    const { kept, storage } = shelf();
    const first = new RememberingSource(URL, { store: rangeStore(storage), get: server(true) });
    expect(await bytes(first.getBytes(3, 2))).toEqual([3, 4]);
    await vi.waitFor(() => {
      expect(kept.size).toBe(1);
    });
    const get = vi.fn<typeof fetch>(() => Promise.reject(new Error('no network')));
    const second = new RememberingSource(URL, { store: rangeStore(storage), get });
    expect(await bytes(second.getBytes(3, 2))).toEqual([3, 4]);
    expect(get).not.toHaveBeenCalled();
  });

  test('goes with its map, and all of it when somebody signs out', async () => {
    const { kept, storage } = shelf();
    const store = rangeStore(storage);
    store?.put(URL, 0, 1, new ArrayBuffer(1));
    store?.put('https://here/maps/old-1.pmtiles', 0, 1, new ArrayBuffer(1));
    await vi.waitFor(() => {
      expect(kept.size).toBe(2);
    });
    store?.keepOnly([URL]);
    await vi.waitFor(() => {
      expect([...kept.keys()]).toEqual([`${URL}?part=0-1`]);
    });
    forgetRanges(storage);
    expect(kept.size).toBe(0);
  });

  test('is kept nowhere where a browser has no place for it', () => {
    expect(rangeStore(undefined)).toBeNull();
  });
});
