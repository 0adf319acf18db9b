/// <reference types="vitest/config" />
/**
 * How the page is built and tested.
 *
 * Nothing is inlined: the server's Content-Security-Policy allows neither inline scripts nor
 * `data:` fonts. Paths are relative, so the page also works below a prefix of a reverse proxy.
 */
import { defineConfig } from 'vite';
import { towns } from './towns.plugin.ts';

export default defineConfig({
  base: './',
  plugins: [towns()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    license: true,
  },
  server: {
    proxy: {
      '/ws': { target: 'ws://127.0.0.1:8080', ws: true },
      '/api': { target: 'http://127.0.0.1:8080' },
      '/faces': { target: 'http://127.0.0.1:8080' },
    },
  },
  test: { environment: 'happy-dom', include: ['tests/**/*.test.{ts,tsx}'], restoreMocks: true },
});
