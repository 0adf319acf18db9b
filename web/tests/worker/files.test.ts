/** Files of the page on the device: installed whole or not at all, and old ones as long as they are of use. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Files, outdated, ANSWER_WITHIN } from '../../src/worker/files';
import { precached } from '../../src/worker/precache';
import { file, HOME, Surroundings } from './surroundings';

const APP = 'assets/index-AbCd1234.js';
const BUILD = { id: 'two', files: { 'index.html': 'sha256-i', [APP]: 'sha256-a' } };

function begun() {
  const around = new Surroundings();
  return { around, files: new Files(around.scope, BUILD) };
}

const request = (path: string, mode = 'cors') =>
  ({ method: 'GET', url: HOME + path, mode, headers: new Headers() }) as Request;

const text = async (answer: Promise<Response> | null) => (await answer)?.text();

afterEach(() => {
  vi.useRealTimers();
});

test('all files of a build are kept, each held to its digest', async () => {
  const { around, files } = begun();
  around.answer = (url) => Promise.resolve(file(url));
  await files.install();
  expect([...(around.caches.all.get('sightline-page-two')?.keys() ?? [])]).toEqual([
    HOME,
    HOME + APP,
  ]);
  expect(around.asked.map(({ init }) => init.integrity)).toEqual(['sha256-i', 'sha256-a']);
});

test.each([
  ['is missing', { status: 404 }],
  ['is the sign-in page of a proxy', { moved: true }],
])('a build of which one file %s is not installed', async (_, more) => {
  const { around, files } = begun();
  around.answer = (url) => Promise.resolve(url === HOME ? file('page') : file('no', more));
  await expect(files.install()).rejects.toThrow(APP);
});

describe('an installed page', () => {
  async function installed() {
    const { around, files } = begun();
    around.answer = (url) => Promise.resolve(file(`kept ${url}`));
    await files.install();
    return { around, files };
  }

  test('is the server’s, as long as that answers', async () => {
    const { around, files } = await installed();
    around.answer = () => Promise.resolve(file('new', { html: true }));
    expect(await text(files.answer(request('', 'navigate')))).toBe('new');
  });

  test('is the kept one when the server is away', async () => {
    const { around, files } = await installed();
    around.answer = () => Promise.reject(new TypeError('Failed to fetch'));
    expect(await text(files.answer(request('', 'navigate')))).toBe(`kept ${HOME}`);
    expect(await text(files.answer(request('index.html', 'navigate')))).toBe(`kept ${HOME}`);
  });

  test.each([502, 503, 504])('is the kept one when a proxy says %d', async (status) => {
    const { around, files } = await installed();
    around.answer = () => Promise.resolve(file('bad gateway', { status }));
    expect(await text(files.answer(request('', 'navigate')))).toBe(`kept ${HOME}`);
  });

  test('is the kept one when the server takes too long', async () => {
    const { around, files } = await installed();
    vi.useFakeTimers();
    around.answer = () => new Promise(() => undefined);
    const answer = text(files.answer(request('', 'navigate')));
    await vi.advanceTimersByTimeAsync(ANSWER_WITHIN);
    expect(await answer).toBe(`kept ${HOME}`);
  });

  test('has its files without asking the server', async () => {
    const { around, files } = await installed();
    around.asked.length = 0;
    expect(await text(files.answer(request(APP)))).toBe(`kept ${HOME}${APP}`);
    expect(around.asked).toEqual([]);
  });

  test('leaves what it shows to the browser', async () => {
    const { files } = await installed();
    expect(files.answer(request('api/1/session'))).toBeNull();
    expect(files.answer(request('faces/jane/phone'))).toBeNull();
  });
});

test('a file that was used is kept, unless it is not what it seems', async () => {
  const { around, files } = begun();
  const towns = 'assets/10-12-AbCd1234.js';
  around.answer = () => Promise.resolve(file('towns'));
  await files.answer(request(towns));
  around.answer = () => Promise.resolve(file('please sign in', { html: true }));
  await files.answer(request('assets/de-AbCd1234.js'));
  const kept = around.caches.all.get('sightline-page-two');
  expect([...(kept?.keys() ?? [])]).toEqual([HOME + towns]);
});

test('what a page used before its worker was there is kept, and nothing else that it names', async () => {
  const { around, files } = begun();
  around.answer = (url) => Promise.resolve(file(url));
  const asset = 'assets/de-AbCd1234.js';
  await files.keep([
    HOME + asset,
    `${HOME}api/1/session`,
    `${HOME}faces/jane`,
    'https://x.example/',
  ]);
  expect(around.asked.map(({ url }) => url)).toEqual([HOME + asset]);
});

test('an old page still has its files after a new build came, but not for ever', async () => {
  const { around, files } = begun();
  const old = new Files(around.scope, { id: 'one', files: { 'assets/old-AbCd1234.js': 's' } });
  around.answer = () => Promise.resolve(file('old'));
  await old.install();
  around.answer = (url) => Promise.resolve(file(url));
  await files.install();
  await files.activate();
  around.answer = () => Promise.resolve(file('gone', { status: 404 }));
  expect(await text(files.answer(request('assets/old-AbCd1234.js')))).toBe('old');
  const names = ['sightline-page-1', 'sightline-kept', 'sightline-page-2', 'sightline-page-3'];
  expect(outdated([...names, 'sightline-page-4'], 'sightline-page-4')).toEqual([
    'sightline-page-1',
  ]);
});

test('a build tells which files are its own', () => {
  const { files } = begun();
  expect(files.holds(HOME + APP)).toBe(true);
  expect(files.holds(`${HOME}assets/index-Other123.js`)).toBe(false);
  expect(files.holds('https://elsewhere.example/map/index.html')).toBe(false);
});

test('the page and its sections are kept; towns, languages and rare letters when they are used', () => {
  const manifest = {
    'index.html': {
      file: 'assets/index-AbCd1234.js',
      css: ['assets/index-AbCd1234.css'],
      assets: [
        'assets/inter-latin-CWv5wEj8.woff2',
        'assets/inter-greek-wght-normal-CkhJZR-_.woff2',
        'assets/maplibre-gl-worker-!~{02r}~.js',
      ],
    },
    'src/pages/robots.tsx': { file: 'assets/robots-AbCd1234.js' },
    'src/locales/de.po': { file: 'assets/de-AbCd1234.js' },
    'virtual:towns': { file: 'assets/_virtual_towns-AbCd1234.js' },
    'virtual:townpieces/10-12': { file: 'assets/10-12-AbCd1234.js' },
  };
  expect(precached(manifest)).toEqual([
    'assets/index-AbCd1234.css',
    'assets/index-AbCd1234.js',
    'assets/inter-latin-CWv5wEj8.woff2',
    'assets/robots-AbCd1234.js',
  ]);
});
