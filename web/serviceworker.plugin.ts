/**
 * Builds the service worker, `dist/sw.js`, once everything else of the page is written: it knows the
 * files of its build, each with its digest.
 *
 * It is a build of its own, since a service worker must be one plain script whose name never
 * changes, and shares no pieces with the page.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import type { Plugin } from 'vite';
import type { Build } from './src/worker/build.ts';
import { precached } from './src/worker/precache.ts';
import type { Manifest } from './src/worker/precache.ts';

const ENTRY = 'src/worker/sw.ts';
/** Files without a digest in their names that the page starts with. */
const PLAIN = ['index.html', 'theme.js', 'icon.svg', 'manifest.webmanifest', 'icons/badge-96.png'];
/** And the icon of a notification. */
const ICON = 'icons/icon-192.png';

export function serviceWorker(): Plugin {
  let root = '';
  let folder = '';
  let wanted = false;
  return {
    name: 'sightline-service-worker',
    apply: 'build',
    configResolved(config) {
      root = config.root;
      folder = join(config.root, config.build.outDir);
      wanted = config.mode !== 'test';
    },
    async writeBundle() {
      const made = join(folder, '.vite/manifest.json');
      if (!wanted || !existsSync(made)) return;
      const manifest = JSON.parse(readFileSync(made, 'utf8')) as Manifest;
      await build({
        configFile: false,
        root,
        publicDir: false,
        logLevel: 'warn',
        define: { __BUILD__: JSON.stringify(buildOf(folder, manifest)) },
        build: {
          target: 'es2022',
          outDir: folder,
          emptyOutDir: false,
          rollupOptions: {
            input: join(root, ENTRY),
            output: { format: 'iife', entryFileNames: 'sw.js' },
          },
        },
      });
    },
  };
}

function buildOf(folder: string, manifest: Manifest): Build {
  const names = [...new Set([...PLAIN, ICON, ...precached(manifest)])].sort();
  const files = Object.fromEntries(names.map((name) => [name, digest(join(folder, name))]));
  const id = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
  return { id, files };
}

/** As `fetch` takes it (Subresource Integrity). */
function digest(path: string): string {
  return `sha256-${createHash('sha256').update(readFileSync(path)).digest('base64')}`;
}
