/// <reference types="vitest/config" />
/**
 * How the page is built and tested.
 *
 * Nothing is inlined: the server's Content-Security-Policy allows neither inline scripts nor
 * `data:` fonts. Paths are relative, so the page also works below a prefix of a reverse proxy.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vite';
import { lingui } from '@lingui/vite-plugin';
import { firstPaint } from './firstpaint.plugin.ts';
import { maplibre } from './maplibre.plugin.ts';
import { serviceWorker } from './serviceworker.plugin.ts';
import { towns } from './towns.plugin.ts';
import { words } from './words.plugin.ts';

/** What the page itself starts with; the map's worker is an entry, too. */
const FIRST = /\/web\/src\/(?!main\.)|\/node_modules\/(?:preact|@preact|@lingui|lucide)\//;
const WORLD = 'public/basemap/world.pmtiles';
const world = existsSync(WORLD) ? readFileSync(WORLD) : '';

export default defineConfig({
  base: './',
  define: {
    __BASEMAP__: JSON.stringify(createHash('sha256').update(world).digest('hex').slice(0, 8)),
  },
  plugins: [
    maplibre(),
    towns(),
    firstPaint(),
    words(),
    lingui({ failOnCompileError: true }),
    serviceWorker(),
  ],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    license: true,
    // What the page starts with is one piece: small ones are packed badly, and each is a request.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'], test: FIRST }] } },
    },
    manifest: true,
  },
  server: {
    proxy: {
      '/ws': { target: 'ws://127.0.0.1:8080', ws: true },
      '/api': { target: 'http://127.0.0.1:8080' },
      '/faces': { target: 'http://127.0.0.1:8080' },
    },
  },
  // A document takes longer to make than most tests do: components have one (.tsx), and whoever else
  // asks for it in a first line, as tests/map/portraits.test.ts does.
  test: {
    restoreMocks: true,
    testTimeout: 60_000, // a machine may be busy
    projects: [
      {
        extends: true,
        // They share their modules, which takes half the time: what they are about keeps no state.
        test: {
          name: 'plain',
          include: ['tests/**/*.test.ts'],
          environment: 'node',
          pool: 'threads',
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'dom', include: ['tests/**/*.test.tsx'], environment: 'happy-dom' },
      },
    ],
  },
});
