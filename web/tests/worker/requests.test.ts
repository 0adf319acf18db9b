/** What the service worker keeps, and what it never touches. */
import { describe, expect, test } from 'vitest';
import { pathOf, wayOf } from '../../src/worker/requests';
import type { Asked } from '../../src/worker/requests';

const BUILD = {
  id: 'b',
  files: {
    'index.html': '',
    'theme.js': '',
    'icons/icon-192.png': '',
    'assets/index-AbCd1234.js': '',
  },
};

function way(path: string, more: Partial<Asked> = {}, scope = 'https://house.example/map/') {
  const url = new URL(path, scope).href;
  return wayOf({ method: 'GET', url, mode: 'cors', ranged: false, ...more }, scope, BUILD);
}

describe('the page', () => {
  test.each(['', 'index.html', '?lang=de', '?test'])('“%s” opens it', (path) => {
    expect(way(path, { mode: 'navigate' })).toBe('page');
  });

  test.each(['docs/', 'docs/users/app.html', 'api/1/session', 'metrics', 'owntracks/jane/phone'])(
    'nobody is given the page for %s',
    (path) => {
      expect(way(path, { mode: 'navigate' })).toBe('network');
    },
  );
});

describe('files of the build', () => {
  test.each([
    ['assets/index-AbCd1234.js', 'asset'],
    ['assets/older-Zy_-9876.css', 'asset'],
    ['assets/inter-latin-CWv5wEj8.woff2', 'asset'],
    ['theme.js', 'fresh'],
    ['icons/icon-192.png', 'fresh'],
    // Its answer names the hosts that it may ask.
    ['assets/maplibre-gl-worker-CxJ3_D5Q.js', 'fresh'],
  ])('%s: %s', (path, is) => {
    expect(way(path)).toBe(is);
  });
});

describe('what is shown on the page is never kept', () => {
  test.each([
    'api/1/session',
    'api/1/history/friend/jane/phone',
    'api/0/last',
    'ws',
    'faces/jane/phone?v=3',
    'pictures/1',
    'basemap/world.pmtiles',
    'maps/helsinki-3f9a.pmtiles',
    'docs/search.json',
    'healthz',
    'metrics',
    'owntracks/jane/phone',
    'sw.js',
    'assets/../api/1/session',
    'assets/%2e%2e/api/1/session',
    'assets/nested/index-AbCd1234.js',
    'assets/plain.js',
    'constructor',
    '__proto__',
  ])('%s', (path) => {
    expect(way(path)).toBe('network');
  });

  test('nor anything that changes something, or parts of files', () => {
    expect(way('assets/index-AbCd1234.js', { method: 'POST' })).toBe('network');
    expect(way('assets/index-AbCd1234.js', { ranged: true })).toBe('network');
    expect(way('', { mode: 'navigate', method: 'POST' })).toBe('network');
  });

  test.each([
    'https://tiles.example/map/assets/index-AbCd1234.js',
    'http://house.example/map/assets/index-AbCd1234.js',
    'https://house.example/assets/index-AbCd1234.js',
    'https://house.example/mapped/assets/index-AbCd1234.js',
  ])('nor what lies elsewhere: %s', (url) => {
    expect(way(url)).toBe('network');
  });
});

test('a path is told below the prefix of a reverse proxy', () => {
  expect(pathOf('https://h/map/assets/a.js?x#y', 'https://h/map/')).toBe('assets/a.js');
  expect(pathOf('https://h/', 'https://h/')).toBe('');
  expect(pathOf('https://h/other', 'https://h/map/')).toBeNull();
  expect(pathOf('http://[', 'https://h/map/')).toBeNull();
});
