import { expect, test, vi } from 'vitest';
import { RememberingSource } from '../../src/map/basemap';

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
