/**
 * Builds the map library and its worker together, from the library's sources.
 *
 * The package brings two files, and half of what is in the one is in the other as well. Built
 * together they share that half, and what the page never uses (controls, terrain on demand) is left
 * out: a quarter of the bytes of the first visit. While developing, the files of the package are
 * taken as they are.
 *
 * `virtual:map-worker` is the address of the worker's script.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { transformWithOxc } from 'vite';
import type { Plugin } from 'vite';

const LIBRARY = 'maplibre-gl';
const WORKER = 'virtual:map-worker';
const PACKAGED = 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';

export function maplibre(): Plugin {
  const home = dirname(createRequire(import.meta.url).resolve('maplibre-gl/package.json'));
  let built = false;
  let worker = '';
  return {
    name: 'sightline-maplibre',
    enforce: 'pre',
    configResolved({ command, mode }) {
      built = command === 'build' && mode !== 'test';
    },
    buildStart() {
      if (!built) return;
      // The server asks for files with "worker" in their names to be asked for anew: its answer
      // says which hosts the worker may ask.
      worker = this.emitFile({
        type: 'chunk',
        id: join(home, 'src/source/worker.ts'),
        name: 'maplibre-gl-worker',
      });
    },
    resolveId(id) {
      if (id === WORKER) return `\0${WORKER}`;
      return built && id === LIBRARY ? join(home, 'src/index.ts') : undefined;
    },
    // The library counts on it that a field that is only declared does not undo what the class above
    // has put there: as its own build takes it, and not as the language does since.
    transform(code, id) {
      if (!built || !id.startsWith(join(home, 'src/')) || !id.endsWith('.ts')) return undefined;
      return transformWithOxc(code, id, {
        target: 'es2022',
        typescript: { removeClassFieldsWithoutInitializer: true },
        assumptions: { setPublicClassFields: true },
      });
    },
    load(id) {
      if (id !== `\0${WORKER}`) return undefined;
      return built
        ? `export default import.meta.ROLLUP_FILE_URL_${worker};`
        : `export { default } from '${PACKAGED}';`;
    },
  };
}
