/**
 * Brings the map: the library, and the script of the worker it will start. MapLibre asks for that
 * script once and is blind without it, so it is fetched first and then lies in the browser's cache.
 */
import { t } from '@lingui/core/macro';
import type { MapOptions, SightlineMap } from './types';

/** Between two tries, milliseconds. */
const AGAIN_MS = 2000;

export type Maker = (container: HTMLElement, options: MapOptions) => SightlineMap;

/**
 * Where nothing can be drawn, nothing is fetched but what says so. Else it tries until it has both,
 * or `over` says that nobody wants them any more (then null). Each failure is told in words to
 * `failed`, and null when all is well in the end.
 */
export async function loadMap(
  failed: (why: string | null) => void,
  over: () => boolean,
): Promise<Maker | null> {
  for (;;) {
    try {
      if (!document.createElement('canvas').getContext('webgl2')) {
        const { missingMap, noWebgl } = await import('./missing');
        failed(null);
        return over() ? null : (container) => missingMap(container, noWebgl());
      }
      const { createMap, workerUrl } = await import('./map');
      const answer = await fetch(workerUrl);
      if (!answer.ok) throw new Error(t`the server answered ${answer.status}`);
      await answer.arrayBuffer();
      failed(null);
      return over() ? null : createMap;
    } catch (error) {
      if (over()) return null;
      const why = error instanceof Error ? error.message : t`no answer`;
      failed(t`The map could not be loaded: ${why}`);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    if (over()) return null;
  }
}
